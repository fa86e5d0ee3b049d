import { type Kysely, sql } from 'kysely';

/**
 * Adds a retention period to each group, after which its messages are removed. The previous release
 * ignores it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw('alter table groups add column retention_days integer check (retention_days between 0 and 36500)')
    .execute(db);
}
