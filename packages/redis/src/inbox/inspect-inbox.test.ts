import { expect, it } from 'vitest';
import { accept } from '../messages/accept.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { inspectInbox } from './inspect-inbox.ts';

onEachRedis((redis) => {
  const body = JSON.stringify({ type: 'text', text: 'words' });
  const talk = async () => {
    const [a, b] = [redis.newId(), redis.newId()];
    for (let i = 0; i < 5; i += 1)
      await accept(redis.connection, { from: a, to: b, ref: `r${i}`, body, record: false });
    return [a, b] as const;
  };

  it('inspectInbox finds no fault in a valid inbox, and returns its messages', async () => {
    const [a, b] = await talk();
    const { faults, messages } = await inspectInbox(redis.connection, b);
    expect(faults).toEqual([]);
    expect(messages.map(({ user, chat }) => [user, chat])).toEqual(Array(5).fill([b, a]));
  });

  it('inspectInbox reports a missing event, and messages in the wrong order', async () => {
    const [, b] = await talk();
    const { client, keys } = redis.connection;
    const entries = await client.xrange(keys.inbox(b), '-', '+');
    const place = (index: number) => entries[index]?.[0] as string;
    await client.xdel(keys.inbox(b), place(2));
    expect((await inspectInbox(redis.connection, b)).faults).toEqual([`the inbox of ${b} goes from 2 to 4`]);

    await client.del(keys.inbox(b));
    for (const [at, from] of [0, 2, 1].entries())
      await client.xadd(keys.inbox(b), place(at), 'e', entries[from]?.[1][1] as string);
    expect((await inspectInbox(redis.connection, b)).faults).toEqual([
      expect.stringContaining(`the inbox of ${b} has`),
    ]);
  });
});
