import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Counts the overdue notices: entries of the outbox table about committed changes that no api has
 * delivered to Redis in time. Also returns when the oldest of them became due.
 */
export async function readNoticeLag(db: Database): Promise<NoticeLag> {
  const { rows } = await sql<NoticeLag>`
    select count(*)::int as overdue, min(due) as oldest from outbox where due < ${Date.now()}`.execute(db);
  return rows[0] as NoticeLag;
}

/** Notices in the outbox that are overdue because no api delivered them in time. */
export interface NoticeLag {
  overdue: number;
  /** When the oldest overdue notice became due, in Unix ms. Null if no notice is overdue. */
  oldest: number | null;
}
