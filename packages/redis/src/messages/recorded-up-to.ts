import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Ms by which clocks may differ: of the nodes of a cluster, and of gateways, which date mutations.
 */
const CLOCK_SKEW_MS = 60_000;

/** Ms for which `lastRecordedUpTo` returns a cached time. */
const MAX_AGE_MS = 30_000;

/**
 * Returns a time in Unix ms: every message and mutation accepted before it is in PostgreSQL. A
 * minute ago if no entry waits, else a minute before the oldest entry that waits in a record
 * stream.
 */
export async function recordedUpTo({ client, keys }: RedisConnection): Promise<number> {
  // Read the clock first: entries that are added later are newer than this.
  const now = Date.now();
  const oldest = await Promise.all(
    Array.from({ length: keys.buckets }, async (_, bucket) => {
      const [entry] = await client.xrange(keys.record(bucket), '-', '+', 'COUNT', 1);
      return entry === undefined ? now : Number.parseInt(entry[0], 10);
    }),
  );
  return Math.min(now, ...oldest) - CLOCK_SKEW_MS;
}

/**
 * Returns `recordedUpTo` as of up to 30 s ago, without waiting. 0 until the first one has been
 * read.
 */
export function lastRecordedUpTo(redis: RedisConnection): number {
  const last = moments.get(redis) ?? { moment: 0, read: 0 };
  if (Date.now() - last.read > MAX_AGE_MS) {
    const read = Date.now();
    moments.set(redis, { moment: last.moment, read });
    recordedUpTo(redis).then(
      (moment) => moments.set(redis, { moment, read }),
      () => {},
    );
  }
  return last.moment;
}

const moments = new WeakMap<RedisConnection, { moment: number; read: number }>();
