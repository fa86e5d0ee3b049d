import { type Kysely, sql } from 'kysely';

/** Adds a table of users who are banned from a group. The previous release ignores bans. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table group_bans (
    group_id bigint not null references groups (id) on delete cascade,
    user_id bigint not null references users (id) on delete cascade,
    by_id bigint not null,
    created bigint not null default now_ms(),
    primary key (group_id, user_id)
  )`,
  'create index group_bans_user on group_bans (user_id)',
];
