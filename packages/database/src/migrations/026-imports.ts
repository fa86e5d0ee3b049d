import { type Kysely, sql } from 'kysely';

/**
 * Adds a table of imports, which copy message history from another system. The previous release
 * ignores imports.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table imports (
    id bigint not null default next_principal_id() primary key,
    key text not null,
    state text not null default 'running' check (state in ('running', 'done', 'interrupted')),
    lines bigint not null default 0,
    imported bigint not null default 0,
    duplicates bigint not null default 0,
    failed bigint not null default 0,
    errors jsonb not null default '[]',
    created bigint not null default now_ms(),
    updated bigint not null default now_ms()
  )`,
];
