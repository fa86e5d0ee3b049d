import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Returns how many notices of committed changes are overdue, and since when the oldest is.
 */
export async function readNoticeLag(db: Database): Promise<NoticeLag> {
  const { rows } = await sql<NoticeLag>`
    select count(*)::int as overdue, min(due) as oldest from outbox where due < ${Date.now()}`.execute(db);
  return rows[0] as NoticeLag;
}

/** Notices that no api has delivered in time. */
export interface NoticeLag {
  overdue: number;
  /** Unix ms, null if none is overdue. */
  oldest: number | null;
}
