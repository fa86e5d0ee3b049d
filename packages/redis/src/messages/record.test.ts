import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { accept } from './accept.ts';
import { type RecordEntry, record } from './record.ts';

onEachRedis((redis) => {
  const read = async (bucket: number) =>
    (await redis.connection.client.xrange(redis.connection.keys.record(bucket), '-', '+')).map(([, fields]) => fields);

  it('record adds all entries of a conversation to one stream, in order', async () => {
    // Users of buckets that no other test here uses.
    const [smaller, greater] = [64 * 50 + 61, 64 * 50 + 62];
    await accept(redis.connection, { from: greater, to: smaller, ref: 'r', body: '{}', record: true });
    const entries: RecordEntry[] = [
      { kind: 'mark', user: smaller, chat: greater, read: 7 },
      { kind: 'mark', user: greater, chat: smaller, delivered: 7 },
      { kind: 'recall', user: greater, chat: smaller, id: 7, date: 1 },
      { kind: 'edit', user: greater, chat: smaller, id: 7, date: 1, body: { type: 'text', text: '"ä漢' } },
      { kind: 'react', user: smaller, chat: greater, id: 7, date: 1, emoji: '👍', active: true },
    ];
    for (const entry of entries) await record(redis.connection, entry);
    const [message, ...others] = await read(61);
    expect(JSON.parse(message?.[1] as string)).toMatchObject({ kind: 'message', from: greater });
    expect(others).toEqual(entries.map((entry) => ['e', JSON.stringify(entry)]));
    expect(await read(62)).toEqual([]);
  });

  it("record adds all entries of a group to the stream of the group's bucket", async () => {
    const [user, group] = [64 * 50 + 1, 64 * 50 + 2];
    const entry: RecordEntry = { kind: 'mark', user, chat: group, group: true, read: 7 };
    await record(redis.connection, entry);
    expect(await read(2)).toEqual([['e', JSON.stringify(entry)]]);
    expect(await read(1)).toEqual([]);
  });
});
