import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table users add column deactivated bigint',
  'alter table groups add column external_id text',
  'create unique index groups_external on groups (external_id) where dissolved is null',
  // Messages of the system are from it. Nobody can register that name; the id is greater than any
  // the sequence will give, so that every conversation with it is at home in the bucket of its
  // other side.
  `insert into users (id, username, name) values (9000000000000000, '~system', 'System')`,
];
