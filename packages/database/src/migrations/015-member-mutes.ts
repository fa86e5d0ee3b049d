import { type Kysely, sql } from 'kysely';

/** Adds members who are muted for a time. The previous release ignores mutes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table group_members add column muted_until bigint').execute(db);
}
