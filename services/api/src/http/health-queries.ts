import type { Database } from '@parley/database';
import { sql } from 'kysely';

/** Resolves when PostgreSQL answers. */
export async function askDatabase(db: Database): Promise<void> {
  await sql`select 1`.execute(db);
}
