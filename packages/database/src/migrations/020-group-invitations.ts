import { type Kysely, sql } from 'kysely';

/**
 * Adds invitation links to groups, and users' requests to join a group. The previous release
 * ignores them.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table group_invitations (
    id bigint not null default next_principal_id() primary key,
    group_id bigint not null references groups (id) on delete cascade,
    code_hash text not null unique,
    code text not null,
    by_id bigint,
    approval boolean not null default false,
    uses integer,
    used integer not null default 0,
    expires bigint,
    created bigint not null default now_ms()
  )`,
  'create index group_invitations_group on group_invitations (group_id, id)',
  `create table join_requests (
    group_id bigint not null references groups (id) on delete cascade,
    user_id bigint not null references users (id) on delete cascade,
    message text not null default '',
    state text not null default 'pending' check (state in ('pending', 'declined')),
    date bigint not null default now_ms(),
    decided bigint,
    primary key (group_id, user_id)
  )`,
  `create index join_requests_pending on join_requests (group_id, date, user_id) where state = 'pending'`,
  'create index join_requests_user on join_requests (user_id)',
];
