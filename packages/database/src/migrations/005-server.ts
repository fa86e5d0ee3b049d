import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  'alter table users add column deactivated bigint',
  'alter table groups add column external_id text',
  'create unique index groups_external on groups (external_id) where dissolved is null',
  // Inserts the sender of system messages, with a name that nobody can register. Its id is
  // greater than all others. A conversation has its home in the bucket of its smaller user id, so
  // each conversation with the system user has its home in the other user's bucket.
  `insert into users (id, username, name) values (9000000000000000, '~system', 'System')`,
];
