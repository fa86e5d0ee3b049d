import { type Kysely, sql } from 'kysely';

/**
 * Adds a version to each search index, so that services of two releases can search at the same
 * time, each in an index of its own version. The previous release continues to use `search_owners`
 * and `search_segments`.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table search_indexes (
    owner_id bigint not null,
    version integer not null,
    horizon_id bigint not null default 0,
    searched bigint not null default now_ms(),
    due bigint,
    primary key (owner_id, version)
  )`,
  'create index search_indexes_due on search_indexes (version, due)',
  `create table search_index_segments (
    owner_id bigint not null,
    version integer not null,
    last_id bigint not null,
    first_id bigint not null,
    count integer not null,
    built bigint not null,
    stale boolean not null default false,
    peers bigint[] not null,
    fences text not null,
    postings bytea not null,
    ids bytea not null,
    primary key (owner_id, version, last_id)
  )`,
  // Stores the values uncompressed, so that PostgreSQL can read a part of a value.
  'alter table search_index_segments alter column postings set storage external, alter column ids set storage external',
  // Schedules the background task that builds an index of the new version, for users who
  // searched within the last 30 days.
  `insert into search_indexes (owner_id, version, searched, due)
    select owner_id, 2, searched, now_ms() from search_owners where due is not null`,
];
