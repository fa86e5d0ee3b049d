import { type Kysely, sql } from 'kysely';

/**
 * Push devices of other services than Web Push. The release before fails to push to such a device,
 * and keeps it.
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
