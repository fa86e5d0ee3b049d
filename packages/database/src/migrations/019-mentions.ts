import { type Kysely, sql } from 'kysely';

/**
 * Adds to each group member the newest message that mentions the member. The previous release does
 * not write it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table group_members add column mention_id bigint not null default 0').execute(db);
}
