import { type Kysely, sql } from 'kysely';

/**
 * Adds push devices of services other than Web Push. The previous release fails to push to such a
 * device, but keeps it.
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
