import { type Kysely, sql } from 'kysely';

/** Adds a table of drafts, the unsent texts of chats. The previous release ignores drafts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

const statements = [
  `create table drafts (
    owner_id bigint not null references users (id) on delete cascade,
    peer_id bigint not null,
    text text not null,
    reply_to bigint,
    mentions bigint[],
    updated bigint not null default now_ms(),
    primary key (owner_id, peer_id)
  )`,
];
