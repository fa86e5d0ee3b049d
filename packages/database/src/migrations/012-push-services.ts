import { type Kysely, sql } from 'kysely';

/**
 * Adds push devices that use a service other than Web Push. The previous release keeps such a
 * device, but cannot push to it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `alter table push_subscriptions
        add column service text not null default 'web',
        add column app text,
        add column environment text`,
    )
    .execute(db);
}
