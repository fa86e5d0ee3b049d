import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { confirmRecord } from './confirm-record.ts';

onEachRedis((redis) => {
  it('confirmRecord returns the ids of the record entries that the server still has', async () => {
    const { client, keys } = redis.connection;
    const bucket = keys.bucket(redis.newId());
    const add = () => client.xadd(keys.record(bucket), '*', 'e', '{}') as Promise<string>;
    const ids = [await add(), await add(), await add()];
    expect([...(await confirmRecord(redis.connection, bucket, ids))]).toEqual(ids);
    await client.xdel(keys.record(bucket), ids[2] as string);
    expect([...(await confirmRecord(redis.connection, bucket, ids))]).toEqual(ids.slice(0, 2));
    await client.del(keys.record(bucket));
    expect([...(await confirmRecord(redis.connection, bucket, ids))]).toEqual([]);
  });

  it('confirmRecord rejects if no replica has the record entry', async () => {
    const connection = await redis.open({ replicas: 1 });
    const bucket = connection.keys.bucket(redis.newId());
    const id = (await connection.client.xadd(connection.keys.record(bucket), '*', 'e', '{}')) as string;
    await expect(confirmRecord(connection, bucket, [id])).rejects.toThrow('Only 0 of 1 replicas');
  });
});
