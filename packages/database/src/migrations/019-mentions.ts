import { type Kysely, sql } from 'kysely';

/** Adds the newest message that mentions a member. The previous release does not write it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table group_members add column mention_id bigint not null default 0').execute(db);
}
