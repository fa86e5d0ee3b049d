import { type Kysely, sql } from 'kysely';

/** Adds the app's `custom` data to users, groups and chats. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const table of ['users', 'groups', 'chats'])
    await sql.raw(`alter table ${table} add column custom jsonb`).execute(db);
}
