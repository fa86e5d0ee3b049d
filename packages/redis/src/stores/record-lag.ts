import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Returns for each record stream that is not empty the number of entries, their size, and the date
 * of the oldest.
 */
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

/**
 * The entries of a bucket's record stream, which the recorder has not written to PostgreSQL yet.
 */
export interface BucketLag {
  bucket: number;
  entries: number;
  /** Bytes of Redis' memory that the stream occupies, estimated from samples. */
  bytes: number;
  /** When the oldest entry was added, in Unix ms by the clock of Redis. */
  oldest: number;
}
