import { type Kysely, sql } from 'kysely';

/**
 * Adds a retention period to the chat of two users, after which the messages in both copies are
 * removed. The previous release ignores it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table chat_retentions (
        low_id bigint not null,
        high_id bigint not null check (high_id > low_id),
        days integer not null check (days between 0 and 36500),
        primary key (low_id, high_id)
      )`,
    )
    .execute(db);
}
