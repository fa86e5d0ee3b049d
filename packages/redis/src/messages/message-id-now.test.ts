import { firstMessageId, groupConversation, userConversation } from '@parley/protocol';
import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { readInbox } from '../test/inbox.ts';
import { accept } from './accept.ts';
import { messageIdNow } from './message-id-now.ts';

onEachRedis((redis) => {
  const send = (from: number, to: number, ref: string, members?: number[]) =>
    accept(redis.connection, { from, to, ref, body: '{}', record: false, ...(members ? { members } : {}) });

  it.each(['users', 'group'])(
    'messageIdNow separates earlier from later messages of %s, even within one ms',
    async (kind) => {
      const [from, to] = [redis.newId(), redis.newId()];
      const members = kind === 'group' ? [from] : undefined;
      const conversation = members ? groupConversation(to) : userConversation(from, to);
      for (let i = 0; i < 200; i += 1) {
        const [before, parting, after] = await Promise.all([
          send(from, to, `before ${i}`, members),
          messageIdNow(redis.connection, conversation),
          send(from, to, `after ${i}`, members),
        ]);
        expect(before.id).toBeLessThanOrEqual(parting);
        expect(after.id).toBeGreaterThan(parting);
      }
    },
  );

  it("messageIdNow returns the newest message's id if the ids of the conversation are ahead of the clock", async () => {
    const [from, to] = [redis.newId(), redis.newId()];
    const conversation = userConversation(from, to);
    const ahead = firstMessageId(Date.now() + 60_000);
    await redis.connection.client.zadd(redis.connection.keys.conversation(conversation), ahead, `${from}:x`);
    expect(await messageIdNow(redis.connection, conversation)).toBe(ahead);
  });

  it('messages after messageIdNow get greater ids, even if the clock has stepped back', async () => {
    const [from, to] = [redis.newId(), redis.newId()];
    const conversation = userConversation(from, to);
    const { client, keys } = redis.connection;
    const first = await send(from, to, 'first');
    await messageIdNow(redis.connection, conversation);
    const ahead = firstMessageId(Date.now() + 3_600_000);
    await client.zadd(keys.conversation(conversation), ahead, '');
    expect(await messageIdNow(redis.connection, conversation)).toBe(ahead);
    const [second, third] = [await send(from, to, 'second'), await send(from, to, 'third')];
    expect([second.id, third.id]).toEqual([ahead + 1, ahead + 2]);
    expect([first, second, third].map(({ duplicate }) => duplicate)).toEqual([false, false, false]);
    expect(await client.zcard(keys.conversation(conversation))).toBe(3);
    expect(await client.ttl(keys.conversation(conversation))).toBeGreaterThan(80_000);
  });

  it('a message to a user in another bucket is delivered after messageIdNow was called', async () => {
    const [from, to] = [redis.newId(), redis.newId() + 1];
    await messageIdNow(redis.connection, userConversation(from, to));
    const first = await send(from, to, 'first');
    await messageIdNow(redis.connection, userConversation(from, to));
    const second = await send(from, to, 'second');
    const ids = (await readInbox(redis.connection, to)).map(({ text }) => JSON.parse(text).id);
    expect(ids).toEqual([first.id, second.id]);
  });

  it('messageIdNow returns an id of the current time for an empty conversation', async () => {
    const before = Date.now();
    const now = await messageIdNow(redis.connection, userConversation(redis.newId(), redis.newId()));
    expect(now).toBeGreaterThanOrEqual(firstMessageId(before) - 1);
    expect(now).toBeLessThan(firstMessageId(Date.now() + 1));
  });
});
