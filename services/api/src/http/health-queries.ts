import type { Database } from '@parley/database';
import { sql } from 'kysely';

/** Resolves when PostgreSQL responds. */
export async function pingDatabase(db: Database): Promise<void> {
  await sql`select 1`.execute(db);
}
