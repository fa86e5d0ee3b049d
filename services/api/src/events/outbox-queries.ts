import type { Database } from '@parley/database';
import { sql } from 'kysely';
import type { Notice } from './notice.ts';

/**
 * Stores notices, which list changes for Redis, in the outbox table. Returns their ids in the same
 * order. From the time `due` on, other replicas can deliver the notices.
 */
export async function addNotices(db: Database, notices: readonly Notice[], due: number): Promise<number[]> {
  const rows = await db
    .insertInto('outbox')
    .values(notices.map((notice) => ({ notice: JSON.stringify(notice), due })))
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Leases the notice (a list of changes for Redis) that has been due longest, until the time
 * `until`. Undefined if no notice is due.
 */
export async function claimNotice(db: Database, now: number, until: number): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    update outbox set due = ${until}
    where id = (select id from outbox where due <= ${now} order by due, id for update skip locked limit 1)
    returning id, notice`.execute(db);
  return rows[0];
}

export async function removeNotice(db: Database, id: number): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute();
}

/** Postpones the delivery of a notice to the time `due`. */
export async function postponeNotice(db: Database, id: number, due: number): Promise<void> {
  await db.updateTable('outbox').set({ due }).where('id', '=', id).execute();
}

interface Claimed {
  id: number;
  notice: Notice;
}
