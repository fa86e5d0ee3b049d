import { type Kysely, sql } from 'kysely';

/** Adds the time until which a member of a group is muted. The previous release ignores mutes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table group_members add column muted_until bigint').execute(db);
}
