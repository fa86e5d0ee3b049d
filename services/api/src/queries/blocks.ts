import type { Database } from '@parley/database';
import type { Block } from '@parley/protocol';
import { sql } from 'kysely';
import { userJson } from './user-json.ts';

/** Blocks a user. Returns false if the user was already blocked. */
export async function insertBlock(db: Database, user: number, blocked: number): Promise<boolean> {
  const { numInsertedOrUpdatedRows = 0n } = await db
    .insertInto('blocks')
    .values({ user_id: user, blocked_id: blocked })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows > 0n;
}

/** Unblocks a user. Returns false if the user was not blocked. */
export async function deleteBlock(db: Database, user: number, blocked: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('blocks')
    .where('user_id', '=', user)
    .where('blocked_id', '=', blocked)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

export async function isBlocked(db: Database, user: number, blocked: number): Promise<boolean> {
  const row = await db
    .selectFrom('blocks')
    .select('date')
    .where('user_id', '=', user)
    .where('blocked_id', '=', blocked)
    .executeTakeFirst();
  return row !== undefined;
}

/** Returns those of the given users who block the user `blocked`. */
export async function blockersOf(db: Database, blocked: number, users: readonly number[]): Promise<number[]> {
  const rows = await db
    .selectFrom('blocks')
    .select('user_id')
    .where('blocked_id', '=', blocked)
    .where('user_id', 'in', users)
    .execute();
  return rows.map((row) => row.user_id);
}

export async function countBlocks(db: Database, user: number): Promise<number> {
  const { count } = await db
    .selectFrom('blocks')
    .select(sql<number>`count(*)`.as('count'))
    .where('user_id', '=', user)
    .executeTakeFirstOrThrow();
  return count;
}

/**
 * Lists the users that a user blocks, ordered by id, after the id `after`. With `blocked`, returns
 * only that user.
 */
export async function listBlocks(db: Database, user: number, { after = 0, blocked, limit }: Which): Promise<Block[]> {
  return await db
    .selectFrom('blocks as b')
    .innerJoin('users as u', 'u.id', 'b.blocked_id')
    .select(sql<number>`b.date`.as('date'))
    .select(userJson('u').as('user'))
    .where('b.user_id', '=', user)
    .where('b.blocked_id', '>', after)
    .$if(blocked !== undefined, (query) => query.where('b.blocked_id', '=', blocked as number))
    .orderBy('b.blocked_id')
    .limit(limit)
    .execute();
}

interface Which {
  after?: number | undefined;
  blocked?: number;
  limit: number;
}
