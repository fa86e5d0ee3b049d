import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/** Returns the time of PostgreSQL in Unix ms. */
export async function readDatabaseClock(db: Database): Promise<number> {
  const { rows } = await sql<{ now: number }>`
    select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`.execute(db);
  return (rows[0] as { now: number }).now;
}
