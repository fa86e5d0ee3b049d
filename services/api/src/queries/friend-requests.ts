import type { Database } from '@parley/database';
import type { FriendRequest } from '@parley/protocol';
import { sql } from 'kysely';
import { userJson } from './user-json.ts';

/** Adds a pending friend request. Returns its id. */
export async function insertRequest(db: Database, from: number, to: number, message: string): Promise<number> {
  const { id } = await db
    .insertInto('friend_requests')
    .values({ from_id: from, to_id: to, message })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/**
 * Returns the id of the pending friend request from one user to another. Undefined if there is
 * none.
 */
export async function findPending(db: Database, from: number, to: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('friend_requests')
    .select('id')
    .where('from_id', '=', from)
    .where('to_id', '=', to)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return row?.id;
}

/**
 * Returns when a friend request from one user to another was last declined, in Unix ms. Undefined
 * if none was declined.
 */
export async function lastDeclined(db: Database, from: number, to: number): Promise<number | undefined> {
  const { rows } = await sql<{ decided: number | null }>`
    select max(decided) as decided from friend_requests
    where from_id = ${from} and to_id = ${to} and state = 'declined'`.execute(db);
  return rows[0]?.decided ?? undefined;
}

/** Returns the sender and the recipient of a friend request. Undefined if it does not exist. */
export async function getParties(db: Database, id: number): Promise<Parties | undefined> {
  return await db
    .selectFrom('friend_requests')
    .select(['from_id as from', 'to_id as to', 'state'])
    .where('id', '=', id)
    .executeTakeFirst();
}

export async function decide(db: Database, id: number, state: 'accepted' | 'declined'): Promise<void> {
  await db.updateTable('friend_requests').set({ state, decided: Date.now() }).where('id', '=', id).execute();
}

/**
 * Accepts or declines the pending friend request between two users, in either direction. Returns
 * its sender.
 */
export async function decidePending(
  db: Database,
  from: number,
  to: number,
  state: 'accepted' | 'declined',
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('friend_requests')
    .set({ state, decided: Date.now() })
    .where('from_id', '=', from)
    .where('to_id', '=', to)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

export async function getRequest(db: Database, id: number): Promise<FriendRequest | undefined> {
  return await requests(db).where('r.id', '=', id).executeTakeFirst();
}

/**
 * Lists the friend requests from and to a user, newest first, with ids below `before`. With
 * `state`, only requests in that state.
 */
export async function listRequests(
  db: Database,
  user: number,
  { before, state, limit }: Which,
): Promise<FriendRequest[]> {
  return await requests(db)
    .where((eb) => eb.or([eb('r.from_id', '=', user), eb('r.to_id', '=', user)]))
    .$if(before !== undefined, (query) => query.where('r.id', '<', before as number))
    .$if(state !== undefined, (query) => query.where('r.state', '=', state as FriendRequest['state']))
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute();
}

function requests(db: Database) {
  return db
    .selectFrom('friend_requests as r')
    .innerJoin('users as f', 'f.id', 'r.from_id')
    .innerJoin('users as t', 't.id', 'r.to_id')
    .select(['r.id', 'r.message', 'r.state', sql<number>`r.date`.as('date')])
    .select([userJson('f').as('from'), userJson('t').as('to')]);
}

interface Parties {
  from: number;
  to: number;
  state: FriendRequest['state'];
}

interface Which {
  before: number | undefined;
  state: FriendRequest['state'] | undefined;
  limit: number;
}
