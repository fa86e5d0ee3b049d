import type { Database } from '@parley/database';
import { type Custom, SYSTEM_USER } from '@parley/protocol';
import { sql } from 'kysely';
import { omitNullCustom, toColumn } from './custom.ts';

/**
 * Returns the user with this Parley id or external id. Undefined if the user does not exist or was
 * deleted.
 */
export async function findUserId(db: Database, user: number | string): Promise<number | undefined> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where(typeof user === 'number' ? 'id' : 'external_id', '=', user)
    .where('erased', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

/** Maps external ids to the ids of users. Omits users who do not exist. */
export async function findUserIds(db: Database, externalIds: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ external: string; id: number }>`
    select external_id as external, id from users
    where external_id = any(${externalIds}::text[]) and erased is null`.execute(db);
  return new Map(rows.map(({ external, id }) => [external, id]));
}

/**
 * Returns the user that a token of another issuer identifies. Undefined if the user is unknown or
 * deactivated.
 */
export async function findActive(db: Database, user: number | string): Promise<number | undefined> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where(typeof user === 'number' ? 'id' : 'external_id', '=', user)
    .where('erased', 'is', null)
    .where('deactivated', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

/** Converts a user row to the form that the product's backend receives. */
export async function getServerUser(db: Database, id: number): Promise<ServerUser | undefined> {
  const row = await db.selectFrom('users').select(serverColumns).where('id', '=', id).executeTakeFirst();
  return row && omitNullCustom(row);
}

/**
 * Lists users in ascending order of ids: all users, or those whose username, name or external id
 * begins with `q`. The case matters for external ids only.
 */
export async function listServerUsers(db: Database, filter: UserFilter): Promise<ServerUser[]> {
  return (await serverUsersQuery(db, filter).execute()).map(omitNullCustom);
}

/** Returns the query of `listServerUsers`. Each part of the search has an index. */
export function serverUsersQuery(db: Database, { q, after, limit }: UserFilter) {
  const beginning = (text: string) => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return db
    .selectFrom('users')
    .select(serverColumns)
    .where('id', '>', after)
    .where('id', '<>', SYSTEM_USER)
    .where('erased', 'is', null)
    .$if(q !== undefined, (query) =>
      query.where(({ eb, or }) => {
        const folded = sql<string>`lower(${beginning((q ?? '').normalize('NFKC'))})`;
        return or([
          eb('username', 'like', folded),
          eb(sql`lower(normalize(name, NFKC))`, 'like', folded),
          eb('external_id', 'like', beginning(q ?? '')),
        ]);
      }),
    )
    .orderBy('id')
    .limit(limit);
}

/**
 * Adds a user with an external id and returns the new id. Undefined if a user with this external id
 * exists. A user without a username gets one that nobody can register. Throws PostgreSQL's error if
 * the username is taken.
 */
export async function insertServerUser(tx: Database, externalId: string, user: Profile): Promise<number | undefined> {
  const { username = null, name, avatar = null, sign = '', custom } = user;
  const { rows } = await sql<{ id: number }>`
    insert into users (id, external_id, username, name, avatar, sign, custom)
    select n, ${externalId}, coalesce(${username}, '~' || n), coalesce(${name ?? null}, ${username}, left(${externalId}, 64)),
      ${avatar}, ${sign}, ${toColumn(custom) ?? null}::jsonb
    from (select next_principal_id() as n) s
    on conflict (external_id) do nothing
    returning id`.execute(tx);
  return rows[0]?.id;
}

/** Changes the given fields of a user. Throws PostgreSQL's error if the username is taken. */
export async function updateServerUser(tx: Database, id: number, changes: Changes): Promise<void> {
  const { custom, ...columns } = changes;
  const set = { ...columns, ...(custom === undefined ? {} : { custom: toColumn(custom) }) };
  if (Object.keys(set).length > 0) await tx.updateTable('users').set(set).where('id', '=', id).execute();
}

const serverColumns = [
  ...(['id', 'external_id as externalId', 'username', 'name', 'avatar', 'sign', 'custom'] as const),
  ...(['created', 'deactivated'] as const),
] as const;

export interface ServerUser {
  id: number;
  externalId: string | null;
  username: string;
  name: string;
  avatar: string | null;
  sign: string;
  custom?: Custom;
  created: number;
  deactivated: number | null;
}

interface UserFilter {
  /** Beginning of a username, name or external id. Undefined: all users. */
  q: string | undefined;
  after: number;
  limit: number;
}

interface Profile {
  username?: string | undefined;
  name?: string | undefined;
  avatar?: string | null | undefined;
  sign?: string | undefined;
  custom?: Custom | null | undefined;
}

interface Changes extends Profile {
  deactivated?: number | null;
}
