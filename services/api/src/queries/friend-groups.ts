import type { Database } from '@parley/database';
import type { FriendGroup } from '@parley/protocol';
import { sql } from 'kysely';

/** Adds a friend group. Undefined if the user already has a friend group with that name. */
export async function insertFriendGroup(
  db: Database,
  user: number,
  group: Omit<FriendGroup, 'id'>,
): Promise<FriendGroup | undefined> {
  return await db
    .insertInto('friend_groups')
    .values({ user_id: user, ...group })
    .onConflict((conflict) => conflict.doNothing())
    .returning(columns)
    .executeTakeFirst();
}

/** Lists a user's friend groups ordered by position, then id, from a page cursor. */
export async function listFriendGroups(
  db: Database,
  user: number,
  after: Place,
  limit: number,
): Promise<FriendGroup[]> {
  return await db
    .selectFrom('friend_groups')
    .select(columns)
    .where('user_id', '=', user)
    .$if(after !== undefined, (query) => query.where(sql<boolean>`(position, id) > (${after?.[0]}, ${after?.[1]})`))
    .orderBy('position')
    .orderBy('id')
    .limit(limit)
    .execute();
}

export async function countFriendGroups(db: Database, user: number): Promise<number> {
  const { count } = await db
    .selectFrom('friend_groups')
    .select(sql<number>`count(*)`.as('count'))
    .where('user_id', '=', user)
    .executeTakeFirstOrThrow();
  return count;
}

export async function hasFriendGroup(db: Database, user: number, id: number): Promise<boolean> {
  const row = await db
    .selectFrom('friend_groups')
    .select('id')
    .where('user_id', '=', user)
    .where('id', '=', id)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Returns whether a user has a friend group with that name, ignoring case. Does not consider the
 * group `except`.
 */
export async function isNameTaken(db: Database, user: number, name: string, except: number): Promise<boolean> {
  const row = await db
    .selectFrom('friend_groups')
    .select('id')
    .where('user_id', '=', user)
    .where('id', '<>', except)
    .where(sql<boolean>`lower(normalize(name, NFKC)) = lower(normalize(${name}, NFKC))`)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Changes the given fields of a friend group. Undefined if the user has no friend group with this
 * id.
 */
export async function updateFriendGroup(
  db: Database,
  user: number,
  id: number,
  changes: { name?: string | undefined; position?: number | undefined },
): Promise<FriendGroup | undefined> {
  return await db
    .updateTable('friend_groups')
    .set(changes)
    .where('user_id', '=', user)
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
}

/**
 * Deletes a friend group. Its friends then belong to no group. Returns false if it does not exist.
 */
export async function deleteFriendGroup(db: Database, user: number, id: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('friend_groups')
    .where('user_id', '=', user)
    .where('id', '=', id)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

const columns = ['id', 'name', 'position'] as const;

type Place = readonly [position: number, id: number] | undefined;
