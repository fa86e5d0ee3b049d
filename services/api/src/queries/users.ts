import type { Database } from '@parley/database';
import { SYSTEM_USER, type User } from '@parley/protocol';
import { sql } from 'kysely';

/** Adds a user; undefined when the username is taken. */
export async function insertUser(db: Database, user: NewUser): Promise<User | undefined> {
  return await db
    .insertInto('users')
    .values({ username: user.username, name: user.name, password_hash: user.passwordHash })
    .onConflict((conflict) => conflict.column('username').doNothing())
    .returning(userColumns)
    .executeTakeFirst();
}

/** Returns those of the users that exist, by id. */
export async function getUsers(db: Database, ids: readonly number[]): Promise<User[]> {
  return await db.selectFrom('users').select(userColumns).where('id', 'in', ids).orderBy('id').execute();
}

export async function getUser(db: Database, id: number): Promise<User | undefined> {
  return await db.selectFrom('users').select(userColumns).where('id', '=', id).executeTakeFirst();
}

/** Updates the given fields of a user. Returns undefined if the user does not exist. */
export async function updateUser(db: Database, id: number, changes: Profile): Promise<User | undefined> {
  return await db.updateTable('users').set(changes).where('id', '=', id).returning(userColumns).executeTakeFirst();
}

/**
 * Users whose username or name begins with `q`, in any case, by username; those after a username.
 */
export async function findUsers(db: Database, q: string, after: string, limit: number): Promise<User[]> {
  const beginning = `${q.normalize('NFKC').replaceAll(/[\\%_]/g, '\\$&')}%`;
  return await db
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
}

/** The columns of a user as others see them. */
const userColumns = ['id', 'username', 'name', 'avatar', 'sign'] as const;

interface NewUser {
  username: string;
  name: string;
  passwordHash: string;
}

interface Profile {
  name?: string | undefined;
  avatar?: string | null | undefined;
  sign?: string | undefined;
}
