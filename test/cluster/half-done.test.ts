import { accept, type RedisConnection } from '@parley/redis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectGapless } from '../gateway/expect-gapless.ts';
import { Kit } from '../groups/kit.ts';

let kit: Kit;
beforeAll(async () => {
  kit = await Kit.start({ cluster: true });
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

it('a message that a gateway accepted just before it died reaches every recipient although nobody resends it', async () => {
  const [ann, ben] = await kit.people(2);
  if (!ann || !ben) throw new Error('nobody');
  await using sender = await ann.connect(0);
  await using recipient = await ben.connect(1);
  const dead: RedisConnection = {
    ...kit.link,
    run: (script, keys, args) =>
      script.name === 'forward' ? Promise.reject(new Error('dead')) : kit.link.run(script, keys, args),
  };
  const texts = ['first', 'second', 'third'];
  for (const text of texts) {
    const message = { from: ann.id, to: ben.id, ref: text, body: JSON.stringify({ type: 'text', text }), record: true };
    await expect(accept(dead, message)).rejects.toThrow('dead');
  }
  for (const client of [sender, recipient]) {
    await client.untilEvents(texts.length);
    expect(client.heard).toEqual(texts);
    expectGapless(client);
  }
  await kit.recorded();
  expect(await ben.texts(ann.id)).toEqual(texts);
});
