import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Returns the number of overdue notices of committed changes, and since when the oldest one is
 * overdue.
 */
export async function readNoticeLag(db: Database): Promise<NoticeLag> {
  const { rows } = await sql<NoticeLag>`
    select count(*)::int as overdue, min(due) as oldest from outbox where due < ${Date.now()}`.execute(db);
  return rows[0] as NoticeLag;
}

/** Notices that no api has delivered in time. */
export interface NoticeLag {
  overdue: number;
  /** Since when the oldest one is overdue, in Unix ms. Null if none is overdue. */
  oldest: number | null;
}
