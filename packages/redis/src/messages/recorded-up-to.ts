import type { RedisConnection } from '../connection/redis-connection.ts';

/** Ms by which clocks may differ: of the nodes of a cluster, and of gateways, which date changes. */
const SKEW = 60_000;

/**
 * A moment, in ms since 1970: every message and change accepted before it is in PostgreSQL. A minute ago when nothing waits, and
 * no later than the oldest entry that waits in a record stream.
 */
export async function recordedUpTo({ client, keys }: RedisConnection): Promise<number> {
  // Read first: what comes afterwards is later than this.
  const now = Date.now();
  const oldest = await Promise.all(
    Array.from({ length: keys.buckets }, async (_, bucket) => {
      const [entry] = await client.xrange(keys.record(bucket), '-', '+', 'COUNT', 1);
      return entry === undefined ? now : Number.parseInt(entry[0], 10);
    }),
  );
  return Math.min(now, ...oldest) - SKEW;
}
