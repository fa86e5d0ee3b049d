import { type Kysely, sql } from 'kysely';

/**
 * Adds a column that shows whether the owner archived a chat. The previous release lists archived
 * chats like all others.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`
      alter table chats add column archived boolean not null default false,
        add column archived_id bigint not null default 0`)
    .execute(db);
}
