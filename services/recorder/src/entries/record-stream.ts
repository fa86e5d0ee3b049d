import { confirmRecord, type RedisConnection } from '@parley/redis';
import type { StreamEntry } from '../source/source.ts';

/** Removes the entries of a bucket's record stream up to and including `id`. */
export async function trimStream({ client }: RedisConnection, key: string, id: string): Promise<void> {
  const [ms, counter] = id.split('-');
  await client.xtrim(key, 'MINID', `${ms}-${Number(counter) + 1}`);
}

/** Appends an entry to the dead entries of its bucket, together with the reason. */
export async function buryEntry({ client, keys }: RedisConnection, entry: StreamEntry, reason: string): Promise<void> {
  const { lease, id, text = '' } = entry;
  await client.xadd(keys.recordDead(lease.bucket), '*', 'e', text, 'error', reason, 'id', id);
}

/**
 * Returns the items that at least `REPLICAS_ACK` replicas of Redis have. Other items were never
 * acknowledged, so their senders resend them. Recording them now would store them twice after a
 * fail-over.
 */
export async function confirmItems<I extends { source: StreamEntry }>(
  redis: RedisConnection,
  items: readonly I[],
): Promise<readonly I[]> {
  if (redis.replicas === 0) return items;
  const ids = new Map<number, string[]>();
  for (const { source } of items) {
    const { bucket } = source.lease;
    ids.set(bucket, [...(ids.get(bucket) ?? []), source.id]);
  }
  const confirmed = new Map<number, ReadonlySet<string>>();
  await Promise.all(
    [...ids].map(async ([bucket, own]) => confirmed.set(bucket, await confirmRecord(redis, bucket, own))),
  );
  return items.filter(({ source }) => confirmed.get(source.lease.bucket)?.has(source.id));
}
