import type { Database } from '@parley/database';
import { forgetUser, type RedisConnection, recordedUpTo } from '@parley/redis';
import { deleteCopies, deleteRest } from '../queries/erase.ts';
import { dropIndex } from '../queries/index-owner.ts';
import type { Erasure } from './notice.ts';
import { addNotices } from './outbox-queries.ts';

/**
 * Removes what there is of a deleted user: in Redis, then in PostgreSQL, a part at a time. What was accepted before they were deleted may
 * be recorded yet, so it is done again until that is over; nothing is accepted afterwards.
 *
 * @param signal stops it between two parts
 */
export async function erase(
  db: Database,
  redis: RedisConnection,
  { user, at }: Erasure,
  signal?: AbortSignal,
): Promise<void> {
  // Read first: what is recorded later is removed the next time.
  const over = (await recordedUpTo(redis)) > at;
  await forgetUser(redis, user);
  while ((await deleteCopies(db, user, atOnce)) === atOnce) signal?.throwIfAborted();
  await db.transaction().execute(async (tx) => {
    await deleteRest(tx, user);
    await dropIndex(tx, user);
  });
  if (!over) await addNotices(db, [{ erase: { user, at } }], Date.now() + pauseMs);
}

/** Rows of one transaction. */
const atOnce = 500;

/** How long until it is done again. */
const pauseMs = 20_000;
