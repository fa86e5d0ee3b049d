import { type Kysely, sql } from 'kysely';

/**
 * Adds a table with the progress of the task that removes old messages. The previous release keeps
 * all messages.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table retention_runs (
    singleton boolean not null default true primary key check (singleton),
    due bigint not null default 0,
    started bigint not null default 0,
    finished bigint not null default 0,
    removed bigint not null default 0,
    place jsonb
  )`,
  'insert into retention_runs default values',
];
