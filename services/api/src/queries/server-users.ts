import type { Database } from '@parley/database';
import { SYSTEM_USER } from '@parley/protocol';
import { sql } from 'kysely';

/** Returns the user with a Parley id or an external id. Undefined if they do not exist any more. */
export async function findUserId(db: Database, user: number | string): Promise<number | undefined> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where(typeof user === 'number' ? 'id' : 'external_id', '=', user)
    .where('erased', 'is', null)
    .executeTakeFirst();
  return row?.id;
}

/** Returns the user of another issuer's token. Undefined if they are unknown or deactivated. */
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

/** A user as the product sees them. */
export async function getServerUser(db: Database, id: number): Promise<ServerUser | undefined> {
  return await db
    .selectFrom('users')
    .select(['id', 'external_id as externalId', 'username', 'name', 'avatar', 'sign', 'created', 'deactivated'])
    .where('id', '=', id)
    .executeTakeFirst();
}

/**
 * Returns users by ascending id: all, or those whose username, name or external id begins with `q`.
 */
export async function listServerUsers(
  db: Database,
  { q, after, limit }: { q: string | undefined; after: number; limit: number },
): Promise<ServerUser[]> {
  const beginning = q === undefined ? undefined : `${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return await db
    .selectFrom('users')
    .select(['id', 'external_id as externalId', 'username', 'name', 'avatar', 'sign', 'created', 'deactivated'])
    .where('id', '>', after)
    .where('id', '<>', SYSTEM_USER)
    .where('erased', 'is', null)
    .$if(beginning !== undefined, (query) =>
      query.where(
        sql<boolean>`(username ilike ${beginning} or name ilike ${beginning} or external_id like ${beginning})`,
      ),
    )
    .orderBy('id')
    .limit(limit)
    .execute();
}

/**
 * Adds a user with an external id. Undefined if one exists. Without a username they get one that
 * nobody can register. Throws PostgreSQL's error if the username is taken.
 */
export async function insertServerUser(tx: Database, externalId: string, user: Profile): Promise<number | undefined> {
  const { username = null, name, avatar = null, sign = '' } = user;
  const { rows } = await sql<{ id: number }>`
    insert into users (id, external_id, username, name, avatar, sign)
    select n, ${externalId}, coalesce(${username}, '~' || n), coalesce(${name ?? null}, ${username}, left(${externalId}, 64)),
      ${avatar}, ${sign}
    from (select next_principal_id() as n) s
    on conflict (external_id) do nothing
    returning id`.execute(tx);
  return rows[0]?.id;
}

/** Changes the given fields of a user. Throws PostgreSQL's error if the username is taken. */
export async function updateServerUser(tx: Database, id: number, changes: Changes): Promise<void> {
  if (Object.keys(changes).length > 0) await tx.updateTable('users').set(changes).where('id', '=', id).execute();
}

export interface ServerUser {
  id: number;
  externalId: string | null;
  username: string;
  name: string;
  avatar: string | null;
  sign: string;
  created: number;
  deactivated: number | null;
}

interface Profile {
  username?: string | undefined;
  name?: string | undefined;
  avatar?: string | null | undefined;
  sign?: string | undefined;
}

interface Changes extends Profile {
  deactivated?: number | null;
}
