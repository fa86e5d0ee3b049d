import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Maximum difference in ms between the clocks of cluster nodes and gateways, which date changes.
 */
const SKEW = 60_000;

/**
 * Returns a time in Unix ms. Everything accepted before it is in PostgreSQL. It is a minute ago, or
 * earlier if an older entry waits in a record stream.
 */
export async function recordedUpTo({ client, keys }: RedisConnection): Promise<number> {
  // Read before the streams, so that later entries are after this time.
  const now = Date.now();
  const oldest = await Promise.all(
    Array.from({ length: keys.buckets }, async (_, bucket) => {
      const [entry] = await client.xrange(keys.record(bucket), '-', '+', 'COUNT', 1);
      return entry === undefined ? now : Number.parseInt(entry[0], 10);
    }),
  );
  return Math.min(now, ...oldest) - SKEW;
}
