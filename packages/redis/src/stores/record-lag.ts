import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns the number, size and age of the entries in each record stream that is not empty. */
export async function readRecordLag(redis: RedisConnection): Promise<BucketLag[]> {
  const { client, keys } = redis;
  const lags = await Promise.all(
    Array.from({ length: keys.buckets }, async (_, bucket) => {
      const key = keys.record(bucket);
      const [entries, [first], bytes] = await Promise.all([
        client.xlen(key),
        client.xrange(key, '-', '+', 'COUNT', 1),
        redis.call(key, ['MEMORY', 'USAGE', key]),
      ]);
      return first && { bucket, entries, bytes: Number(bytes ?? 0), oldest: Number.parseInt(first[0], 10) };
    }),
  );
  return lags.filter((lag) => lag !== undefined);
}

/** Entries of a record stream, which the recorder has not written to PostgreSQL. */
export interface BucketLag {
  bucket: number;
  entries: number;
  /** Memory of Redis that the stream occupies, estimated from samples. */
  bytes: number;
  /** When the oldest entry was added, in Unix ms by the clock of Redis. */
  oldest: number;
}
