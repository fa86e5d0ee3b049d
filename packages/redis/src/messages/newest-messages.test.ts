import { expect, it } from 'vitest';
import { append } from '../inbox/append.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { recallFrom } from '../test/recall-from.ts';
import { accept } from './accept.ts';
import { newestMessages } from './newest-messages.ts';

onEachRedis((redis) => {
  it('newestMessages returns the newest messages first, without recalled ones', async () => {
    const [ann, ben] = [redis.newId(), redis.newId()];
    const send = (text: string) =>
      accept(redis.connection, {
        from: ann,
        to: ben,
        ref: text,
        body: JSON.stringify({ type: 'text', text }),
        record: false,
      });
    await send('too old');
    await send('one');
    const gone = await send('two');
    await append(redis.connection, [{ user: ben, event: '{"kind":"profile","user":900001}' }]);
    await send('three');
    await recallFrom(redis.connection, [ben], gone.conversation, gone.id);
    const found = await newestMessages(redis.connection, ben, 4);
    expect(found.map((message) => message.body)).toEqual([
      { type: 'text', text: 'three' },
      { type: 'text', text: 'one' },
    ]);
    expect(await newestMessages(redis.connection, redis.newId(), 4)).toEqual([]);
  });
});
