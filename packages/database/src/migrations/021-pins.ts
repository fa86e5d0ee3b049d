import { type Kysely, sql } from 'kysely';

/**
 * Adds a table of pinned messages, with a row for each copy of a conversation. The previous release
 * ignores pins.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table pins (
    owner_id bigint not null,
    peer_id bigint not null,
    id bigint not null,
    user_id bigint not null,
    date bigint not null,
    active boolean not null,
    primary key (owner_id, peer_id, id)
  )`,
];
