import { setTimeout } from 'node:timers/promises';
import type { RedisConnection } from '@parley/redis';
import type { Lease } from './lease/lease.ts';

/** Ms after which a Redis that is silent counts as away. */
const PATIENCE = 2000;

/** How many entries the record streams of these buckets hold, and for how many ms the oldest has been there. Rejects when Redis is away. */
export async function readBacklog({ client, keys }: RedisConnection, leases: readonly Lease[]): Promise<Backlog> {
  const answers = Promise.all(
    leases.map(async ({ bucket }) => {
      const key = keys.record(bucket);
      const [entries, [first]] = await Promise.all([client.xlen(key), client.xrange(key, '-', '+', 'COUNT', 1)]);
      return { entries, since: first === undefined ? undefined : Number.parseInt(first[0], 10) };
    }),
  );
  const streams = await Promise.race([answers, setTimeout(PATIENCE, undefined, { ref: false })]);
  if (!streams) throw new Error('Redis does not answer');
  const now = Date.now();
  return {
    entries: streams.reduce((sum, { entries }) => sum + entries, 0),
    age: Math.max(0, ...streams.map(({ since = now }) => now - since)),
  };
}

export interface Backlog {
  entries: number;
  /** Ms. */
  age: number;
}
