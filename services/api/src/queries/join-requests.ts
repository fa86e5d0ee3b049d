import type { Database } from '@parley/database';
import type { JoinRequest } from '@parley/protocol';
import { sql } from 'kysely';
import { userJson } from './user-json.ts';

/** Returns the last request of a user to join a group. Undefined if there is none. */
export async function findJoinRequest(db: Database, group: number, user: number): Promise<State | undefined> {
  return await db
    .selectFrom('join_requests')
    .select(['state', 'decided'])
    .where('group_id', '=', group)
    .where('user_id', '=', user)
    .executeTakeFirst();
}

/** Adds a pending request to join a group. Replaces a declined one. */
export async function putJoinRequest(db: Database, group: number, user: number, message: string): Promise<void> {
  const values = { message, state: 'pending' as const, date: Date.now(), decided: null };
  await db
    .insertInto('join_requests')
    .values({ group_id: group, user_id: user, ...values })
    .onConflict((conflict) => conflict.columns(['group_id', 'user_id']).doUpdateSet(values))
    .execute();
}

/** Declines a pending request to join a group. Returns false if there is none. */
export async function declineJoinRequest(db: Database, group: number, user: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('join_requests')
    .set({ state: 'declined', decided: Date.now() })
    .where('group_id', '=', group)
    .where('user_id', '=', user)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/** Deletes a pending request to join a group. Returns false if there is none. */
export async function deletePending(db: Database, group: number, user: number): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('join_requests')
    .where('group_id', '=', group)
    .where('user_id', '=', user)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return numDeletedRows > 0n;
}

/** Deletes the requests of users to join a group. */
export async function deleteJoinRequests(db: Database, group: number, users: readonly number[]): Promise<void> {
  await db.deleteFrom('join_requests').where('group_id', '=', group).where('user_id', 'in', users).execute();
}

/** Deletes all requests to join a group. */
export async function deleteAllJoinRequests(db: Database, group: number): Promise<void> {
  await db.deleteFrom('join_requests').where('group_id', '=', group).execute();
}

export async function countPending(db: Database, group: number): Promise<number> {
  const { count } = await db
    .selectFrom('join_requests')
    .select(sql<number>`count(*)`.as('count'))
    .where('group_id', '=', group)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow();
  return count;
}

/** Lists the pending requests to join a group, oldest first, from a page cursor (date and user). */
export async function listPending(
  db: Database,
  group: number,
  after: readonly [date: number, user: number] | undefined,
  limit: number,
): Promise<JoinRequest[]> {
  return await pending(db, group)
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(r.date, r.user_id) > (${after?.[0]}, ${after?.[1]})`),
    )
    .orderBy('r.date')
    .orderBy('r.user_id')
    .limit(limit)
    .execute();
}

/** Returns the pending request of a user to join a group. Undefined if there is none. */
export async function getPending(db: Database, group: number, user: number): Promise<JoinRequest | undefined> {
  return await pending(db, group).where('r.user_id', '=', user).executeTakeFirst();
}

function pending(db: Database, group: number) {
  return db
    .selectFrom('join_requests as r')
    .innerJoin('users as u', 'u.id', 'r.user_id')
    .select(userJson('u').as('user'))
    .select([sql<string>`r.message`.as('message'), sql<number>`r.date`.as('date')])
    .where('r.group_id', '=', group)
    .where('r.state', '=', 'pending');
}

/** Lists the requests of a user to join groups, ordered by group, after the group `after`. */
export async function listOwn(db: Database, user: number, after: number, limit: number): Promise<OwnRequest[]> {
  return await db
    .selectFrom('join_requests as r')
    .select('r.group_id as group')
    .select([sql<string>`r.message`.as('message'), sql<OwnRequest['state']>`r.state`.as('state')])
    .select(sql<number>`r.date`.as('date'))
    .where('r.user_id', '=', user)
    .where('r.group_id', '>', after)
    .orderBy('r.group_id')
    .limit(limit)
    .execute();
}

/** A request to join a group, in the form that the requesting user sees. */
export interface OwnRequest {
  group: number;
  message: string;
  state: 'pending' | 'declined';
  date: number;
}

interface State {
  state: 'pending' | 'declined';
  /** When the request was declined, in Unix ms. */
  decided: number | null;
}
