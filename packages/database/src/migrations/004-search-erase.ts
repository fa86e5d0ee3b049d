import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  // Indexes only edited and recalled messages, so that inserting a message does not write to
  // this index.
  `create index messages_changed on messages (owner_id, coalesce(recalled, edited)) where coalesce(recalled, edited) is not null`,
  `create table search_owners (
    owner_id bigint primary key,
    horizon_id bigint not null default 0,
    searched bigint not null default now_ms(),
    due bigint
  )`,
  'create index search_owners_due on search_owners (due)',
  `create table search_segments (
    owner_id bigint not null,
    last_id bigint not null,
    first_id bigint not null,
    count integer not null,
    built bigint not null,
    stale boolean not null default false,
    peers bigint[] not null,
    fences text not null,
    postings bytea not null,
    ids bytea not null,
    primary key (owner_id, last_id)
  )`,
  // Stores the values uncompressed, so that PostgreSQL can read a part of a value.
  `alter table search_segments alter column postings set storage external, alter column ids set storage external`,
  'alter table users add column erased bigint',
];
