import { groupConversation, userConversation } from '@parley/protocol';
import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { accept } from './accept.ts';
import { awaitRecorded, recentConversations } from './await-recorded.ts';
import { record } from './record.ts';

onEachRedis((redis) => {
  const send = (from: number, to: number, members?: number[]) =>
    accept(redis.connection, {
      ...{ from, to, ref: `${from} ${to}`, body: '{"type":"text","text":"hi"}', record: true },
      ...(members && { members }),
    });
  const requests = async (bucket: number) => {
    const { client, keys } = redis.connection;
    return (await client.xrange(keys.requests(bucket), '-', '+')).map(([, [, text]]) => JSON.parse(text as string));
  };
  const bucketOf = (conversation: string) => redis.connection.keys.home(conversation);

  describe('waiting until a conversation is recorded', () => {
    it('awaitRecorded resolves at once if the entries that wait in the bucket belong to other conversations', async () => {
      const [ann, ben] = [redis.newId(), redis.newId()];
      await send(ann, ann + 64);
      await record(redis.connection, { kind: 'mark', user: ann, chat: ann, read: 1 });
      expect(await awaitRecorded(redis.connection, [userConversation(ann, ben)], 0)).toBe(true);
      expect(await requests(bucketOf(userConversation(ann, ben)))).toEqual([]);
    });

    it('awaitRecorded sends a request to the recorder, and resolves once the newest entry of the conversation is recorded', async () => {
      const [ann, ben, group] = [redis.newId(), redis.newId(), redis.newId()];
      const { client, keys } = redis.connection;
      const [pair, many] = [userConversation(ann, ben), groupConversation(group)];
      await send(ann, ben);
      await record(redis.connection, { kind: 'edit', user: ben, chat: group, group: true, id: 1, date: 1, body: {} });
      let recorded: boolean | undefined;
      void awaitRecorded(redis.connection, [pair, many], 10_000).then((value) => {
        recorded = value;
      });
      for (const bucket of [bucketOf(pair), bucketOf(many)]) {
        await waitFor(async () => (await requests(bucket)).length > 0);
        expect(await requests(bucket)).toEqual([{ kind: 'records', bucket }]);
        expect(recorded).toBeUndefined();
        await client.xtrim(keys.record(bucket), 'MAXLEN', 0);
      }
      await waitFor(() => recorded !== undefined);
      expect(recorded).toBe(true);
    });

    it('awaitRecorded resolves with false if no recorder writes the entries in time', async () => {
      const [ann, ben] = [redis.newId(), redis.newId()];
      await send(ann, ben);
      expect(await awaitRecorded(redis.connection, [userConversation(ann, ben)], 20)).toBe(false);
    });

    it('awaitRecorded waits for all entries of a bucket if the bucket has too many to search', async () => {
      const [ann, ben] = [redis.newId(), redis.newId()];
      for (let id = 1; id <= 64; id += 1)
        await record(redis.connection, { kind: 'mark', user: ann, chat: ann, read: id });
      expect(await awaitRecorded(redis.connection, [userConversation(ann, ben)], 0)).toBe(false);
    });
  });

  it("recentConversations returns the conversations of a user's newest events", async () => {
    const [ann, ben, carl, group] = [redis.newId(), redis.newId(), redis.newId(), redis.newId()];
    const { client, keys } = redis.connection;
    const events = [
      { kind: 'message', id: 3, conversation: userConversation(ann, ben), date: Date.now() },
      { kind: 'message', id: 2, conversation: groupConversation(group), date: Date.now() },
      { kind: 'recall', chat: carl, user: carl, id: 1 },
      { kind: 'message', id: 1, conversation: '1_2', date: 1 },
    ];
    const epoch = Date.now() - 3_600_000;
    for (const [i, event] of events.entries())
      await client.xadd(keys.inbox(ann), `${epoch}-${i + 1}`, 'e', JSON.stringify(event));
    const found = await recentConversations(redis.connection, ann);
    const expected = [
      userConversation(ann, ben),
      groupConversation(group),
      userConversation(ann, carl),
      groupConversation(carl),
    ];
    expect(new Set(found)).toEqual(new Set(expected));
  });

  it('recentConversations returns `all` if the inbox of a user is missing or new', async () => {
    const [ann, ben] = [redis.newId(), redis.newId()];
    expect(await recentConversations(redis.connection, ann)).toBe('all');
    await send(ann, ben);
    expect(await recentConversations(redis.connection, ann)).toBe('all');
    expect(await awaitRecorded(redis.connection, 'all', 0)).toBe(false);
  });
});
