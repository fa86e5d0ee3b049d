import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { unused } from '../queries/media.ts';

/** Runs `work` unless another replica is running the sweep. Returns whether this call ran it. */
export async function sweepAlone(db: Database, work: (tx: Database) => Promise<void>): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${lock}) as mine`.execute(tx);
    if (!rows[0]?.mine) return false;
    await work(tx);
    return true;
  });
}

/** Key of the PostgreSQL advisory lock: the characters of `media` in hexadecimal. */
const lock = 0x6d65646961;

/** Returns up to `limit` expired unfinished uploads. */
export async function expiredUploads(db: Database, now: number, limit: number): Promise<Swept[]> {
  const query = db.selectFrom('media').select(['id', 'storage_key']).where('expires', '<', now);
  return await query.where('state', '=', 'uploading').orderBy('expires').limit(limit).execute();
}

/**
 * Deletes the row of an unfinished upload. Returns false if a concurrent request has completed or
 * removed the upload.
 */
export async function deleteUploading(db: Database, id: number): Promise<boolean> {
  const query = db.deleteFrom('media').where('id', '=', id).where('state', '=', 'uploading');
  return (await query.executeTakeFirst()).numDeletedRows === 1n;
}

/**
 * Checks up to `limit` expired media files and deletes the rows of those that no message contains.
 * Files that were sent no longer expire. Avatars are checked again at the time `next`, because
 * users can replace them.
 */
export async function deleteOverdue(db: Database, now: number, next: number, limit: number): Promise<Overdue> {
  return await db.transaction().execute(async (tx) => {
    const query = tx.selectFrom('media').select('id').where('expires', '<', now).where('state', '=', 'ready');
    const ids = (await query.orderBy('expires').limit(limit).forUpdate().skipLocked().execute()).map((row) => row.id);
    if (ids.length === 0) return { looked: 0, removed: [] };
    const removed = await tx
      .deleteFrom('media')
      .where('id', 'in', ids)
      .where(unused)
      .returning(['id', 'storage_key'])
      .execute();
    const sent = sql<boolean>`exists (select from media_shares s where s.media_id = media.id and s.granted)`;
    const expires = sql<number | null>`case when ${sent} then null else ${next}::bigint end`;
    await tx.updateTable('media').set({ expires }).where('id', 'in', ids).execute();
    return { looked: ids.length, removed };
  });
}

/**
 * Deletes rows about messages that shared a media file without granting access, up to a message id.
 */
export async function forgetWaiting(db: Database, upTo: number): Promise<void> {
  await db.deleteFrom('media_shares').where('granted', '=', false).where('message_id', '<', upTo).execute();
}

/** Returns those of the given storage keys that belong to a media row. */
export async function knownKeys(db: Database, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db.selectFrom('media').select('storage_key').where('storage_key', 'in', keys).execute();
  return new Set(rows.map((row) => row.storage_key));
}

export interface Swept {
  id: number;
  storage_key: string;
}

interface Overdue {
  looked: number;
  removed: Swept[];
}
