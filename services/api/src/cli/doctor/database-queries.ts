import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Returns PostgreSQL's version as a number such as `150004`, and the settings that decide which
 * data a crash can lose.
 */
export async function readServer(db: Database): Promise<{ version: number; text: string; off: string[] }> {
  const { rows } = await sql<{ version: number; text: string; off: string[] }>`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
      array(
        select name from unnest(array['fsync', 'full_page_writes', 'synchronous_commit']) as name
        where current_setting(name) = 'off') as off`.execute(db);
  return rows[0] as { version: number; text: string; off: string[] };
}
