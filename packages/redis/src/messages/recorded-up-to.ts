import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Maximum ms by which clocks can differ: those of a cluster's nodes, and those of gateways, which
 * date mutations.
 */
const CLOCK_SKEW_MS = 60_000;

/** Ms for which `lastRecordedUpTo` returns a cached time. */
const MAX_AGE_MS = 30_000;

/**
 * Returns a time in Unix ms before which every accepted message and mutation is in PostgreSQL. It
 * is a minute before now or, if entries wait in a record stream, a minute before the oldest of
 * them.
 */
export async function recordedUpTo({ client, keys }: RedisConnection): Promise<number> {
  // Reads the clock first, so that entries that are added later are newer than this time.
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
 * Returns the time of `recordedUpTo` as read up to 30 s ago, without waiting for a read. 0 until
 * the first read has finished.
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
