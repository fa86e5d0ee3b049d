import { userConversation } from '@parley/protocol';
import { expect, it } from 'vitest';
import { append } from '../inbox/append.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { recallFrom } from '../test/recall-from.ts';
import { accept } from './accept.ts';
import { findMissing } from './find-messages.ts';

onEachRedis((redis) => {
  const send = async (from: number, to: number, ref: string) =>
    (await accept(redis.connection, { from, to, ref, body: '{}', record: false })).id;

  it('findMissing returns for each participant which messages of a conversation their inbox lacks', async () => {
    const [a, b, c] = [redis.newId(), redis.newId(), redis.newId()];
    const conversation = userConversation(a, b);
    const [first, second, other] = [await send(a, b, '1'), await send(b, a, '2'), await send(a, c, '3')];
    for (let i = 0; i < 120; i += 1) await append(redis.connection, [{ user: b, event: `{"kind":"mark","id":${i}}` }]);
    const third = await send(a, b, '4');
    const unknown = third + 1;
    for (const user of [a, b]) {
      const missing = await findMissing(redis.connection, user, conversation, [first, unknown, second, third]);
      expect(missing).toEqual([unknown]);
      expect(await findMissing(redis.connection, user, conversation, [first])).toEqual([]);
    }
    expect(await findMissing(redis.connection, c, conversation, [first])).toEqual([first]);
    if (other !== first)
      expect(await findMissing(redis.connection, a, userConversation(a, c), [first])).toEqual([first]);
    await recallFrom(redis.connection, [a], conversation, unknown);
    expect(await findMissing(redis.connection, a, conversation, [unknown])).toEqual([]);
  });
});
