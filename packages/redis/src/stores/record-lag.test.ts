import { expect, it } from 'vitest';
import { record } from '../messages/record.ts';
import { onEachRedis } from '../test/each-redis.ts';
import { readRecordLag } from './record-lag.ts';

onEachRedis((redis) => {
  it("recordLag returns the number of entries in each bucket's record stream and the date of the oldest", async () => {
    const { connection } = redis;
    const { client, keys } = connection;
    const [user, chat] = [redis.newId(), redis.newId()];
    const bucket = keys.home(`${Math.min(user, chat)}_${Math.max(user, chat)}`);
    const before = (await readRecordLag(connection)).find((lag) => lag.bucket === bucket)?.entries ?? 0;
    for (let id = 1; id <= 3; id += 1) await record(connection, { kind: 'recall', user, chat, id, date: 1 });
    const lag = (await readRecordLag(connection)).find((each) => each.bucket === bucket);
    expect(lag).toMatchObject({ bucket, entries: before + 3 });
    expect(lag?.bytes).toBeGreaterThan(0);
    const [first] = await client.xrange(keys.record(bucket), '-', '+', 'COUNT', 1);
    expect(lag?.oldest).toBe(Number.parseInt(first?.[0] ?? '', 10));
    await client.del(keys.record(bucket));
    expect((await readRecordLag(connection)).filter((each) => each.bucket === bucket)).toEqual([]);
  });
});
