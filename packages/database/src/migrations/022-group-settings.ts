import { type Kysely, sql } from 'kysely';
import { createIndex } from './create-index.ts';

export const concurrent = true;

/**
 * Adds the slow mode of groups, and the setting that lets other users find and join a group. The
 * previous release ignores both.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  // Builds the index in byte order ("C"), because PostgreSQL can then use it for a LIKE pattern
  // that begins with a name's first characters.
  const found = `(lower(normalize(name, NFKC)) collate "C", id) where dissolved is null and visibility <> 'private'`;
  await createIndex(db, 'groups_found', 'groups', found);
}

const statements = [
  `alter table groups add column if not exists slow_mode integer not null default 0
    check (slow_mode between 0 and 86400)`,
  `alter table groups add column if not exists visibility text not null default 'private'
    check (visibility in ('private', 'request', 'public'))`,
];
