import type { Database } from '@parley/database';
import { type BriefUser, type Custom, SYSTEM_USER, type User } from '@parley/protocol';
import { sql } from 'kysely';
import { omitNullCustom, toColumn } from './custom.ts';

/** Adds a user and returns the user's id. Undefined if the username is taken. */
export async function insertUser(db: Database, user: NewUser): Promise<User | undefined> {
  const row = await db
    .insertInto('users')
    .values({ username: user.username, name: user.name, password_hash: user.passwordHash })
    .onConflict((conflict) => conflict.column('username').doNothing())
    .returning(userColumns)
    .executeTakeFirst();
  return row && omitNullCustom(row);
}

/** Returns those users with the given ids who exist, ordered by id. */
export async function getUsers(db: Database, ids: readonly number[]): Promise<User[]> {
  const rows = await db.selectFrom('users').select(userColumns).where('id', 'in', ids).orderBy('id').execute();
  return rows.map(omitNullCustom);
}

/**
 * Returns the users with the given ids who exist, ordered by id, in the brief form that pages
 * contain.
 */
export async function getBriefUsers(db: Database, ids: readonly number[]): Promise<BriefUser[]> {
  if (ids.length === 0) return [];
  const columns = ['id', 'name', 'avatar', 'custom'] as const;
  const rows = await db.selectFrom('users').select(columns).where('id', 'in', ids).orderBy('id').execute();
  return rows.map(omitNullCustom);
}

export async function getUser(db: Database, id: number): Promise<User | undefined> {
  const row = await db.selectFrom('users').select(userColumns).where('id', '=', id).executeTakeFirst();
  return row && omitNullCustom(row);
}

/** Updates the given fields of a user. Returns undefined if the user does not exist. */
export async function updateUser(db: Database, id: number, { custom, ...changes }: Profile): Promise<User | undefined> {
  const row = await db
    .updateTable('users')
    .set({ ...changes, ...(custom === undefined ? {} : { custom: toColumn(custom) }) })
    .where('id', '=', id)
    .returning(userColumns)
    .executeTakeFirst();
  return row && omitNullCustom(row);
}

/**
 * Lists users whose username or name begins with `q`, ignoring case, ordered by username, after the
 * username `after`.
 */
export async function findUsers(db: Database, q: string, after: string, limit: number): Promise<User[]> {
  const beginning = `${q.normalize('NFKC').replaceAll(/[\\%_]/g, '\\$&')}%`;
  const rows = await db
    .selectFrom('users')
    .select(userColumns)
    .where((eb) =>
      eb.or([
        eb('username', 'like', sql<string>`lower(${beginning})`),
        eb(sql`lower(normalize(name, NFKC))`, 'like', sql<string>`lower(${beginning})`),
      ]),
    )
    .where('username', '>', after)
    .where(sql<boolean>`coalesce((privacy ->> 'find')::boolean, true)`)
    .where('deactivated', 'is', null)
    .where('id', '<>', SYSTEM_USER)
    .orderBy('username')
    .limit(limit)
    .execute();
  return rows.map(omitNullCustom);
}

/** The columns of a user that other users are allowed to see. */
const userColumns = ['id', 'username', 'name', 'avatar', 'sign', 'custom'] as const;

interface NewUser {
  username: string;
  name: string;
  passwordHash: string;
}

interface Profile {
  name?: string | undefined;
  avatar?: string | null | undefined;
  sign?: string | undefined;
  custom?: Custom | null | undefined;
}
