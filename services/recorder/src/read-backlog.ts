import { setTimeout } from 'node:timers/promises';
import type { RedisConnection } from '@parley/redis';
import type { Lease } from './lease/lease.ts';

/** Ms without a reply after which Redis counts as unavailable. */
const TIMEOUT_MS = 2000;

/**
 * Returns the number of entries in the record streams of the leased buckets, and the age of the
 * oldest entry. Rejects if Redis is unavailable.
 */
export async function readBacklog({ client, keys }: RedisConnection, leases: readonly Lease[]): Promise<Backlog> {
  const replies = Promise.all(
    leases.map(async ({ bucket }) => {
      const key = keys.record(bucket);
      const [entries, [first]] = await Promise.all([client.xlen(key), client.xrange(key, '-', '+', 'COUNT', 1)]);
      return { entries, since: first === undefined ? undefined : Number.parseInt(first[0], 10) };
    }),
  );
  const streams = await Promise.race([replies, setTimeout(TIMEOUT_MS, undefined, { ref: false })]);
  if (!streams) throw new Error('Redis is unavailable');
  const now = Date.now();
  return {
    entries: streams.reduce((sum, { entries }) => sum + entries, 0),
    age: Math.max(0, ...streams.map(({ since = now }) => now - since)),
  };
}

export interface Backlog {
  entries: number;
  /** Age of the oldest entry in ms. 0 if there is no entry. */
  age: number;
}
