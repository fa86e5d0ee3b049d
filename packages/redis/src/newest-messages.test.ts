import { expect, it } from 'vitest';

import { newestMessages } from './newest-messages.ts';
import { accept } from './scripts/accept.ts';
import { append } from './scripts/append.ts';
import { onEachRedis } from './test/each-redis.ts';
import { recallFrom } from './test/recall-from.ts';

onEachRedis((redis) => {
  it('answers the messages among the newest events, newest first, without those taken back', async () => {
    const [ann, ben] = [redis.newId(), redis.newId()];
    const send = (text: string) =>
      accept(redis.link, {
        from: ann,
        to: ben,
        ref: text,
        body: JSON.stringify({ type: 'text', text }),
        record: false,
      });
    await send('too old');
    await send('one');
    const gone = await send('two');
    await append(redis.link, [{ user: ben, event: '{"kind":"profile","user":900001}' }]);
    await send('three');
    await recallFrom(redis.link, [ben], gone.conversation, gone.id);
    const found = await newestMessages(redis.link, ben, 4);
    expect(found.map((message) => message.body)).toEqual([
      { type: 'text', text: 'three' },
      { type: 'text', text: 'one' },
    ]);
    expect(await newestMessages(redis.link, redis.newId(), 4)).toEqual([]);
  });
});
