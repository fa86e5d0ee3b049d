import { type Kysely, sql } from 'kysely';

/**
 * Adds a table of jobs: messages to many receivers that the server API sends in the background. The
 * previous release ignores jobs.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table jobs (
    id bigint not null default next_principal_id() primary key,
    key text not null,
    state text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'canceled')),
    from_id bigint not null references users (id) on delete cascade,
    ref text not null,
    content jsonb not null,
    receivers bigint[] not null,
    next integer not null default 0,
    total integer not null,
    done integer not null default 0,
    failed integer not null default 0,
    errors jsonb not null default '[]',
    due bigint,
    leased boolean not null default false,
    created bigint not null default now_ms(),
    updated bigint not null default now_ms()
  )`,
  'create index jobs_key on jobs (key, id)',
  'create index jobs_due on jobs (due) where due is not null',
  'create index jobs_finished on jobs (updated) where due is null',
];
