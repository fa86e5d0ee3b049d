import type { Database } from '@parley/database';
import { sql } from 'kysely';

/** Returns a user's row without the password hash. */
export async function readAccount(db: Database, user: number): Promise<object | undefined> {
  return await db
    .selectFrom('users')
    .select(['id', 'username', 'name', 'avatar', 'sign', 'custom', 'external_id as externalId', 'created', 'email'])
    .select('privacy')
    .where('id', '=', user)
    .executeTakeFirst();
}

/**
 * Returns a user's sessions without their refresh tokens. Includes ended sessions that are not
 * deleted yet.
 */
export async function listAllSessions(db: Database, user: number): Promise<object[]> {
  return await db
    .selectFrom('sessions')
    .select(['id', 'device', 'created', 'last_used as lastUsed', 'expires', 'revoked'])
    .where('user_id', '=', user)
    .orderBy('created')
    .execute();
}

/** Lists the chats of a user from a page cursor: users before groups, each ordered by id. */
export async function listPeers(db: Database, user: number, after: Peer | undefined, limit: number): Promise<Peer[]> {
  const { rows } = await sql<Peer>`
    select * from (
      select peer_id as peer, false as "group" from chats where owner_id = ${user} and not is_group
      union all select group_id, true from group_members where user_id = ${user}
    ) c
    where ${after === undefined ? sql`true` : sql`("group", peer) > (${after.group}, ${after.peer})`}
    order by "group", peer limit ${limit}`.execute(db);
  return rows;
}

/** Lists the files that a user uploaded, ordered by id, after the id `after`. */
export async function listUploads(db: Database, user: number, after: number, limit: number): Promise<Upload[]> {
  return await db
    .selectFrom('media')
    .select(['id', 'name', 'mime', 'size', 'width', 'height', 'duration', 'created', 'storage_key as key'])
    .where('owner_id', '=', user)
    .where('state', '=', 'ready')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

export interface Peer {
  peer: number;
  group: boolean;
}

interface Upload {
  id: number;
  name: string;
  mime: string;
  size: number;
  width: number | null;
  height: number | null;
  duration: number | null;
  created: number;
  /** The key under which the storage holds the bytes of the file. */
  key: string;
}
