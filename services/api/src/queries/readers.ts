import type { Database } from '@parley/database';
import { sql } from 'kysely';
import type { ChatKey } from './chat-key.ts';
import { sharesReads } from './privacy.ts';

/**
 * Returns which other users have received or read a message of the owner. Omits members who joined
 * the group after the message. If one of two users does not share read receipts, a read message is
 * returned as only delivered.
 */
export async function findReaders(db: Database, { owner, peer, group }: ChatKey, message: number): Promise<Reader[]> {
  const marks = group
    ? sql`
      select user_id, read_id, delivered_id from group_members
      where group_id = ${peer} and user_id <> ${owner} and joined_id < ${message}`
    : sql`
      select peer_id as user_id, peer_read_id as read_id, peer_delivered_id as delivered_id from chats
      where owner_id = ${owner} and peer_id = ${peer} and peer_id <> owner_id`;
  const { rows } = await sql<Reader>`
    select k.user_id as user,
      k.read_id >= ${message} and ${sharesReads(sql`u.privacy`)}
        and (select ${sharesReads(sql`privacy`)} from users where id = ${owner}) as read
    from (${marks}) k join users u on u.id = k.user_id
    where greatest(k.read_id, k.delivered_id) >= ${message}
    order by k.user_id`.execute(db);
  return rows;
}

/** Returns the sender of a message in a chat. Undefined if the owner does not see the message. */
export async function findSender(
  db: Database,
  { owner, peer, group }: ChatKey,
  message: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('messages')
    .select('sender_id')
    .where('owner_id', '=', group ? peer : owner)
    .where('peer_id', '=', peer)
    .where('id', '=', message)
    .executeTakeFirst();
  return row?.sender_id;
}

/** Counts the members of a group. */
export async function countMembers(db: Database, group: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from group_members where group_id = ${group}`.execute(db);
  return rows[0]?.count ?? 0;
}

/** A user who received a message. */
export interface Reader {
  user: number;
  /** Whether the user has read the message. */
  read: boolean;
}
