import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table users
    add column email text,
    add column totp_secret text,
    add column totp_pending text,
    add column totp_step bigint not null default 0,
    add column privacy jsonb not null default '{}'`,
  `create table recovery_codes (
    user_id bigint not null references users on delete cascade,
    hash text not null,
    primary key (user_id, hash)
  )`,
  `create table account_tokens (
    hash text primary key,
    user_id bigint not null references users on delete cascade,
    purpose text not null check (purpose in ('password', 'email')),
    email text,
    created bigint not null default now_ms(),
    expires bigint not null
  )`,
  'create index account_tokens_user on account_tokens (user_id, purpose)',
  `create table invitations (
    code text primary key,
    note text not null default '',
    uses integer not null check (uses > 0),
    used integer not null default 0 check (used <= uses),
    created bigint not null default now_ms(),
    expires bigint
  )`,
];
