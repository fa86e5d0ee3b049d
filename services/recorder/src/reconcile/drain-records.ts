import { writeBatch } from '@parley/database';
import { buryEntry, trimStream } from '../entries/record-stream.ts';
import { Lease } from '../lease/lease.ts';
import { ClusterSource } from '../source/cluster-source.ts';
import { Writer } from '../writer.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';

/** Approximate number of entries that are read and written at a time. */
const BATCH = 1000;

/**
 * Writes all entries of the record streams to PostgreSQL and returns their number. Recorders should
 * be paused, but one that still writes does no harm.
 */
export async function drainRecords({ redis, pool, log }: ReconcileDeps): Promise<number> {
  const { keys } = redis;
  const leases = Array.from({ length: keys.buckets }, (_, bucket) => new Lease(bucket, Number.POSITIVE_INFINITY));
  const writer = new Writer({
    writeBatch: (entries, mayCommit) => writeBatch(pool, entries, mayCommit),
    confirm: async (items) => items,
    committed: async () => {},
    trim: (bucket, id) => trimStream(redis, keys.record(bucket), id),
    bury: (entry, reason) => buryEntry(redis, entry, reason),
    handle: async () => {},
    failed: () => {},
    log,
  });
  // Uses this source even without a cluster, because it reads over the connection that is already
  // open.
  const source = new ClusterSource(redis, BATCH, keys.record);
  let written = 0;
  for (;;) {
    const { entries } = await source.read(leases, 0);
    if (entries.length === 0) break;
    await writer.write(entries);
    written += entries.length;
  }
  await writer.trim();
  return written;
}
