import { type Kysely, sql } from 'kysely';

/**
 * Adds a column that shows whether only messages of a group that mention the owner are pushed. The
 * previous release pushes all of them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table chats add column mentions_only boolean not null default false').execute(db);
}
