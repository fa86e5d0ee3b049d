import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table push_subscriptions (
    endpoint text primary key,
    user_id bigint not null references users on delete cascade,
    session_id text references sessions on delete cascade,
    p256dh text not null,
    auth text not null,
    language text not null,
    created bigint not null default now_ms()
  )`,
  'create index push_subscriptions_user on push_subscriptions (user_id)',
  'create index push_subscriptions_session on push_subscriptions (session_id)',
];
