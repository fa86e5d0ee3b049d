import { type Kysely, sql } from 'kysely';

/**
 * Adds the app's `custom` data to messages, and to edits that were recorded before their message.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['messages', 'early_changes'])
    await sql.raw(`alter table ${table} add column custom jsonb`).execute(db);
}
