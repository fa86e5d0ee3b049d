import { type Kysely, sql } from 'kysely';

/** A cache, so it is not logged: after a crash of PostgreSQL it is empty. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create unlogged table link_previews (
    url_hash bytea primary key,
    preview jsonb,
    stored bigint not null,
    expires bigint not null
  )`,
  'create index link_previews_stored on link_previews (stored)',
];
