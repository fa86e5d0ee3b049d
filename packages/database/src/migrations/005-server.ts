import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table users add column deactivated bigint',
  'alter table groups add column external_id text',
  'create unique index groups_external on groups (external_id) where dissolved is null',
  // The sender of system messages. Nobody can register this name. The id is greater than all
  // others, so the home of each conversation with the system is the bucket of the other user.
  `insert into users (id, username, name) values (9000000000000000, '~system', 'System')`,
];
