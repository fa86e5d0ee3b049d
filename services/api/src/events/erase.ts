import type { Database } from '@parley/database';
import { forgetUser, type RedisConnection, recordedUpTo } from '@parley/redis';
import { deleteCopies, deleteRest } from '../queries/erase.ts';
import { dropIndex } from '../queries/index-owner.ts';
import type { Erasure } from './notice.ts';
import { addNotices } from './outbox-queries.ts';

/**
 * Removes the data of a deleted user from Redis, then from PostgreSQL, in batches. The recorder may
 * still record earlier messages, so this runs again until none is left. @param signal stops the
 * removal between two batches
 */
export async function erase(
  db: Database,
  redis: RedisConnection,
  { user, at }: Erasure,
  signal?: AbortSignal,
): Promise<void> {
  // Read before the removal, because entries that are recorded later are removed by the next run.
  const over = (await recordedUpTo(redis)) > at;
  await forgetUser(redis, user);
  while ((await deleteCopies(db, user, atOnce)) === atOnce) signal?.throwIfAborted();
  await db.transaction().execute(async (tx) => {
    await deleteRest(tx, user);
    await dropIndex(tx, user);
  });
  if (!over) await addNotices(db, [{ erase: { user, at } }], Date.now() + pauseMs);
}

/** Maximum rows per transaction. */
const atOnce = 500;

/** Ms until the next run. */
const pauseMs = 20_000;
