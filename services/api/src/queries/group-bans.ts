import type { Database } from '@parley/database';
import type { Ban } from '@parley/protocol';
import { sql } from 'kysely';
import { userJson } from './user-json.ts';

/** Bans a user from a group. Returns false if the user was already banned. */
export async function insertBan(db: Database, group: number, user: number, by: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('group_bans')
    .values({ group_id: group, user_id: user, by_id: by })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Lifts the bans of users from a group. Returns the users whose bans were lifted. */
export async function deleteBans(db: Database, group: number, users: readonly number[]): Promise<number[]> {
  const rows = await db
    .deleteFrom('group_bans')
    .where('group_id', '=', group)
    .where('user_id', 'in', users)
    .returning('user_id')
    .execute();
  return rows.map((row) => row.user_id);
}

/** Lifts all bans from a group. */
export async function deleteAllBans(db: Database, group: number): Promise<void> {
  await db.deleteFrom('group_bans').where('group_id', '=', group).execute();
}

export async function isBanned(db: Database, group: number, user: number): Promise<boolean> {
  return (await listBans(db, group, { user, limit: 1 })).length > 0;
}

export async function countBans(db: Database, group: number): Promise<number> {
  const { count } = await db
    .selectFrom('group_bans')
    .select(sql<number>`count(*)`.as('count'))
    .where('group_id', '=', group)
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * Lists the bans of a group, ordered by user id, after the id `after`. With `user`, returns only
 * the ban of that user.
 */
export async function listBans(db: Database, group: number, { after = 0, user, limit }: Which): Promise<Ban[]> {
  return await db
    .selectFrom('group_bans as b')
    .innerJoin('users as u', 'u.id', 'b.user_id')
    .select(['b.by_id as by', sql<number>`b.created`.as('date')])
    .select(userJson('u').as('user'))
    .where('b.group_id', '=', group)
    .where('b.user_id', '>', after)
    .$if(user !== undefined, (query) => query.where('b.user_id', '=', user as number))
    .orderBy('b.user_id')
    .limit(limit)
    .execute();
}

interface Which {
  after?: number | undefined;
  user?: number;
  limit: number;
}
