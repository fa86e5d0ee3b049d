import { type Kysely, sql } from 'kysely';

/**
 * Adds the quiet hours of users, two notification settings of push devices, and the date when a
 * device was last registered. The previous release ignores these settings when it pushes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table users add column quiet_hours jsonb',
  `alter table push_subscriptions
    add column mentions_only boolean not null default false,
    add column hide_text boolean not null default false,
    add column seen bigint not null default now_ms()`,
  'create index push_subscriptions_seen on push_subscriptions (seen)',
];
