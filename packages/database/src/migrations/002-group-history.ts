import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `alter table groups add column history text not null default 'joined' check (history in ('joined', 'all'))`,
  'alter table group_members add column joined_id bigint not null default 0',
];
