import type { Database } from '@parley/database';
import { sql } from 'kysely';

export async function insertSession(db: Database, session: NewSession): Promise<void> {
  const { id, user, device = null, hash, now, expires } = session;
  await db
    .insertInto('sessions')
    .values({ id, user_id: user, device, refresh_hash: hash, created: now, last_used: now, expires })
    .execute();
}

/**
 * Returns a session with the hashes of its tokens, and locks it until the transaction ends.
 * `active` is false if the user was deactivated.
 */
export async function lockSession(db: Database, id: string): Promise<LockedSession | undefined> {
  return await db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select([
      's.user_id as user',
      's.refresh_hash as hash',
      's.previous_hash as previousHash',
      's.expires',
      's.revoked',
    ])
    .select(sql<boolean>`u.deactivated is null and u.erased is null`.as('active'))
    .where('s.id', '=', id)
    .forUpdate('s')
    .executeTakeFirst();
}

/** Replaces the hash of a session's refresh token. */
export async function rotateSession(
  db: Database,
  id: string,
  hash: string,
  now: number,
  expires: number,
): Promise<void> {
  await db
    .updateTable('sessions')
    .set((eb) => ({ refresh_hash: hash, previous_hash: eb.ref('refresh_hash'), last_used: now, expires }))
    .where('id', '=', id)
    .execute();
}

/** Ends a session of a user. Returns false if it does not exist or has ended. */
export async function endSession(db: Database, user: number, id: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sessions')
    .set({ revoked: now })
    .where('id', '=', id)
    .where('user_id', '=', user)
    .where('revoked', 'is', null)
    .where('expires', '>', now)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

/**
 * Ends the least recently used sessions of a user, so that at most `keep` are left. Returns the
 * ended sessions.
 */
export async function endSurplusSessions(db: Database, user: number, keep: number, now: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update sessions set revoked = ${now} where id in (
      select id from sessions where user_id = ${user} and revoked is null
      order by last_used desc, created desc, id offset ${keep}
    ) returning id`.execute(db);
  return rows.map((row) => row.id);
}

/** Ends all sessions of a user except the session `keep`. Returns the ended sessions. */
export async function endOtherSessions(
  db: Database,
  user: number,
  keep: string | undefined,
  now: number,
): Promise<string[]> {
  const rows = await db
    .updateTable('sessions')
    .set({ revoked: now })
    .where('user_id', '=', user)
    .where('revoked', 'is', null)
    .$if(keep !== undefined, (query) => query.where('id', '<>', keep as string))
    .returning('id')
    .execute();
  return rows.map((row) => row.id);
}

/**
 * Deletes a user's sessions that expired or ended more than a day ago, when all their access tokens
 * have expired.
 */
export async function removeEndedSessions(db: Database, user: number, now: number): Promise<void> {
  const dayAgo = now - 86_400_000;
  await db
    .deleteFrom('sessions')
    .where('user_id', '=', user)
    .where((eb) => eb.or([eb('expires', '<', dayAgo), eb('revoked', '<', dayAgo)]))
    .execute();
}

/** Returns whether a session of a user is still valid. */
export async function isSessionLive(db: Database, user: number, id: string): Promise<boolean> {
  const row = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', id)
    .where('user_id', '=', user)
    .where('revoked', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/** Lists the valid sessions of a user, newest first, from a page cursor. */
export async function listSessions(
  db: Database,
  user: number,
  now: number,
  before: Before,
  limit: number,
): Promise<SessionRow[]> {
  return await db
    .selectFrom('sessions')
    .select(['id', 'device', 'created', 'last_used as lastUsed'])
    .where('user_id', '=', user)
    .where('revoked', 'is', null)
    .where('expires', '>', now)
    .$if(before !== undefined, (query) => query.where(sql<boolean>`(created, id) < (${before?.[0]}, ${before?.[1]})`))
    .orderBy('created', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

interface NewSession {
  id: string;
  user: number;
  device: string | undefined;
  hash: string;
  now: number;
  expires: number;
}

interface LockedSession {
  user: number;
  hash: string;
  previousHash: string | null;
  expires: number;
  revoked: number | null;
  active: boolean;
}

interface SessionRow {
  id: string;
  device: string | null;
  created: number;
  lastUsed: number;
}

type Before = readonly [created: number, id: string] | undefined;
