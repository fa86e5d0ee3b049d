import type { Database } from '@parley/database';
import type { User } from '@parley/protocol';
import { sql } from 'kysely';
import { userJson } from './user-json.ts';

/** Makes two users friends by adding one row for each. Does not change existing rows. */
export async function insertFriendship(db: Database, a: number, b: number): Promise<void> {
  await db
    .insertInto('friendships')
    .values([
      { user_id: a, friend_id: b },
      { user_id: b, friend_id: a },
    ])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Deletes both rows of a friendship. Returns false if the users were not friends. */
export async function deleteFriendship(db: Database, a: number, b: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('friendships')
    .where((eb) =>
      eb.or([
        eb.and({ user_id: a, friend_id: b }), //
        eb.and({ user_id: b, friend_id: a }),
      ]),
    )
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function areFriends(db: Database, a: number, b: number): Promise<boolean> {
  const row = await db
    .selectFrom('friendships')
    .select('since')
    .where('user_id', '=', a)
    .where('friend_id', '=', b)
    .executeTakeFirst();
  return row !== undefined;
}

/** Returns those of the given users who are friends of a user. */
export async function friendsAmong(db: Database, user: number, others: readonly number[]): Promise<number[]> {
  const rows = await db
    .selectFrom('friendships')
    .select('friend_id')
    .where('user_id', '=', user)
    .where('friend_id', 'in', others)
    .execute();
  return rows.map((row) => row.friend_id);
}

export async function friendIds(db: Database, user: number): Promise<number[]> {
  const rows = await db.selectFrom('friendships').select('friend_id').where('user_id', '=', user).execute();
  return rows.map((row) => row.friend_id);
}

export async function countFriends(db: Database, user: number): Promise<number> {
  const { count } = await db
    .selectFrom('friendships')
    .select(sql<number>`count(*)`.as('count'))
    .where('user_id', '=', user)
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * Changes the given fields of the row that a user has for a friend. Returns false if the two are
 * not friends.
 */
export async function updateFriendship(db: Database, user: number, friend: number, changes: Changes): Promise<boolean> {
  const { remark, friendGroup } = changes;
  const { numUpdatedRows } = await db
    .updateTable('friendships')
    .set({
      ...(remark === undefined ? {} : { remark }),
      ...(friendGroup === undefined ? {} : { friend_group_id: friendGroup }),
    })
    .where('user_id', '=', user)
    .where('friend_id', '=', friend)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Lists a user's friends from a page cursor, ordered by friend group (friends without a group
 * last), then id. With `friend`, returns only that friend.
 */
export async function listFriends(db: Database, user: number, { after, friend, limit }: Which): Promise<FriendRow[]> {
  const order = sql<FriendPlace>`coalesce(g.position, 2147483647), coalesce(g.id, 9007199254740991), f.friend_id`;
  return await db
    .selectFrom('friendships as f')
    .innerJoin('users as u', 'u.id', 'f.friend_id')
    .leftJoin('friend_groups as g', 'g.id', 'f.friend_group_id')
    .select(['f.remark', 'f.friend_group_id as friendGroup', 'f.since'])
    .select(sql<boolean>`coalesce(u.privacy ->> 'lastSeen' = 'nobody', false)`.as('hidden'))
    .select(userJson('u').as('user'))
    .select(sql<FriendPlace>`json_build_array(${order})`.as('place'))
    .where('f.user_id', '=', user)
    .$if(friend !== undefined, (query) => query.where('f.friend_id', '=', friend as number))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${order}) > (${after?.[0]}, ${after?.[1]}, ${after?.[2]})`),
    )
    .orderBy(order)
    .limit(limit)
    .execute();
}

export interface FriendRow {
  user: User;
  remark: string;
  friendGroup: number | null;
  since: number;
  /** True if the friend hides from everybody whether they are online. */
  hidden: boolean;
  place: FriendPlace;
}

/** A page cursor of friends: position and id of the friend group, and id of the friend. */
export type FriendPlace = [number, number, number];

interface Which {
  after?: FriendPlace | undefined;
  friend?: number;
  limit: number;
}

interface Changes {
  remark?: string | undefined;
  friendGroup?: number | null | undefined;
}
