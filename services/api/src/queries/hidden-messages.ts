import type { Database } from '@parley/database';
import { type RawBuilder, sql } from 'kysely';
import type { ChatKey } from './chat-key.ts';
import type { MessageRow } from './message-row.ts';

// This file contains SQL for hidden messages: messages that users deleted from their own copy of a
// chat. In each function, `owner` is the user and `peer` is the chat.

/** SQL condition that the owner has not hidden a message. */
export function isKept(owner: Sql, peer: Sql, id: Sql): RawBuilder<boolean> {
  return sql`not exists (
    select from hidden_messages h where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id = ${id})`;
}

/**
 * SQL expression that subtracts from an unread number those hidden messages of other users whose id
 * is above an id. Group notices, whose sender is the group, do not count as unread, so they are not
 * subtracted.
 */
export function keptUnread(unread: Sql, { owner, peer, above, group }: Chat<'above'> & { group: boolean }): Sql {
  return sql`case when ${hides(owner)} then greatest(0, ${unread} - (
    select count(*) from hidden_messages h
    where h.owner_id = ${owner} and h.peer_id = ${peer} and h.id > ${above} and h.sender_id <> ${owner}
      ${group ? sql`and h.sender_id <> ${peer}` : sql``}))
    else ${unread} end`;
}

/**
 * SQL condition that the owner has hidden a message. First checks whether the owner has hidden any
 * message. PostgreSQL evaluates this check once per statement; it is false for most owners.
 */
export function isHidden({ owner, peer, id }: Chat<'id'>): RawBuilder<boolean> {
  return sql`${hides(owner)} and not ${isKept(sql`${owner}`, peer, id)}`;
}

/**
 * Returns the newest message that the owner has not hidden, for each of the given chats, by peer.
 * Omits chats without such a message. This is a separate statement because `messages` has many
 * partitions, which make planning expensive.
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

/** Deletes the rows that record which messages of a dissolved group its members have hidden. */
export async function deleteHidden(tx: Database, group: number, members: readonly number[]): Promise<void> {
  await sql`delete from hidden_messages where owner_id = any(${members}::bigint[]) and peer_id = ${group}`.execute(tx);
}

/** SQL condition that the owner has hidden at least one message. */
function hides(owner: number | Sql): RawBuilder<boolean> {
  return sql`(select exists (select from hidden_messages where owner_id = ${owner}))`;
}

/** A chat, and the greatest message id that is hidden from its owner. */
interface KeptRange extends ChatKey {
  floor: number;
}

export type KeptMessage = Pick<MessageRow, 'id' | 'sender' | 'body' | 'edited' | 'recalled'>;

/** The owner of a chat, and SQL expressions for its peer and another value. */
type Chat<Name extends string> = { owner: number | Sql } & Record<'peer' | Name, Sql>;

type Sql = RawBuilder<number>;
