import type { Database } from '@parley/database';
import { type RawBuilder, sql } from 'kysely';
import type { ChatKey } from './chat-key.ts';
import type { MessageRow } from './message-row.ts';

// SQL for messages that a user deleted from their own copy of a chat. In each function, `owner` is
// the user and `peer` the chat.

/** SQL condition: the owner has not hidden a message. */
export function isKept(owner: Sql, peer: Sql, id: Sql): RawBuilder<boolean> {
  return sql`not exists (
    select from hidden_messages h where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id = ${id})`;
}

/**
 * SQL expression: an unread number minus the hidden messages of other users above an id. Notices of
 * a group, whose sender is the group, are in no unread number.
 */
export function keptUnread(unread: Sql, { owner, peer, above, group }: Chat<'above'> & { group: boolean }): Sql {
  return sql`case when ${hides(owner)} then greatest(0, ${unread} - (
    select count(*) from hidden_messages h
    where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id > ${above} and h.sender_id <> ${owner}
      ${group ? sql`and h.sender_id <> ${peer}` : sql``}))
    else ${unread} end`;
}

/**
 * SQL condition: the owner has hidden a message. Most owners have hidden nothing, which PostgreSQL
 * reads once per statement.
 */
export function isHidden({ owner, peer, id }: Chat<'id'>): RawBuilder<boolean> {
  return sql`${hides(owner)} and not ${isKept(sql`${owner}`, peer, id)}`;
}

/**
 * Returns the newest message of each chat that the owner has not hidden, by peer. Chats without one
 * are missing. It is a statement of its own, since the partitions of `messages` make a plan
 * expensive.
 */
export async function readNewestKept(db: Database, chats: readonly KeptRange[]): Promise<Map<number, KeptMessage>> {
  if (chats.length === 0) return new Map();
  const { rows } = await sql<KeptMessage & { peer: number }>`
    select k.peer_id as peer, m.* from unnest(${chats.map(({ owner }) => owner)}::bigint[],
      ${chats.map(({ peer }) => peer)}::bigint[], ${chats.map(({ group }) => group)}::boolean[],
      ${chats.map(({ floor }) => floor)}::bigint[]) as k (owner_id, peer_id, is_group, floor)
    cross join lateral (
      select e.id, e.sender_id as sender, e.body, e.edited, e.recalled from messages e
      where e.owner_id = case when k.is_group then k.peer_id else k.owner_id end and e.peer_id = k.peer_id
        and e.id > k.floor and ${isKept(sql`k.owner_id`, sql`k.peer_id`, sql`e.id`)}
      order by e.id desc limit 1) m`.execute(db);
  return new Map(rows.map(({ peer, ...message }) => [peer, message]));
}

/** Deletes the rows of the messages that members of a dissolved group have hidden. */
export async function deleteHidden(tx: Database, group: number, members: readonly number[]): Promise<void> {
  await sql`delete from hidden_messages where owner_id = any(${members}::bigint[]) and peer_id = ${group}`.execute(tx);
}

/** SQL condition: the owner has hidden any message. */
function hides(owner: number | Sql): RawBuilder<boolean> {
  return sql`(select exists (select from hidden_messages where owner_id = ${owner}))`;
}

/** A chat, and the id up to which its owner sees no messages. */
interface KeptRange extends ChatKey {
  floor: number;
}

export type KeptMessage = Pick<MessageRow, 'id' | 'sender' | 'body' | 'edited' | 'recalled'>;

/** The owner, and SQL of the peer and other numbers. */
type Chat<Name extends string> = { owner: number | Sql } & Record<'peer' | Name, Sql>;

type Sql = RawBuilder<number>;
