import { type Kysely, sql } from 'kysely';

/**
 * Adds a table of reports, in which users report users, groups and messages. The previous release
 * ignores it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table reports (
    id bigint not null default next_principal_id() primary key,
    reporter_id bigint not null references users (id) on delete cascade,
    kind text not null check (kind in ('user', 'group', 'message')),
    target_id bigint not null,
    message_id bigint not null default 0,
    user_id bigint,
    group_id bigint,
    message jsonb,
    reason text not null,
    text text not null default '',
    state text not null default 'open' check (state in ('open', 'closed')),
    note text not null default '',
    created bigint not null default now_ms(),
    updated bigint not null default now_ms()
  )`,
  `create unique index reports_open on reports (reporter_id, target_id, message_id) where state = 'open'`,
  'create index reports_reporter on reports (reporter_id, id)',
  'create index reports_state on reports (state, id)',
  'create index reports_user on reports (user_id) where user_id is not null',
];
