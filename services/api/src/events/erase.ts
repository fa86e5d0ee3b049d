import type { Database } from '@parley/database';
import { forgetUser, type RedisConnection, recordedUpTo } from '@parley/redis';
import { deleteCopies, deleteRest } from '../queries/erase.ts';
import { dropIndex } from '../queries/index-owner.ts';
import type { Erasure } from './notice.ts';
import { addNotices } from './outbox-queries.ts';

/**
 * Deletes the data of a deleted user from Redis, then from PostgreSQL, in batches. The recorder
 * might still record earlier messages of the user, so this function schedules another run until all
 * of them are recorded and deleted.
 *
 * @param signal stops the deletion between two batches
 */
export async function erase(
  db: Database,
  redis: RedisConnection,
  { user, at }: Erasure,
  signal?: AbortSignal,
): Promise<void> {
  // Reads this before the deletion, because a later run must delete entries that are recorded
  // during the deletion.
  const over = (await recordedUpTo(redis)) > at;
  await forgetUser(redis, user);
  while ((await deleteCopies(db, user, atOnce)) === atOnce) signal?.throwIfAborted();
  await db.transaction().execute(async (tx) => {
    await deleteRest(tx, user);
    await dropIndex(tx, user);
  });
  if (!over) await addNotices(db, [{ erase: { user, at } }], Date.now() + pauseMs);
}

/** Maximum number of rows per transaction. */
const atOnce = 500;

/** Ms until the next run of the deletion. */
const pauseMs = 20_000;
