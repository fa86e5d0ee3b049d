import { messageDate } from '@parley/protocol';
import type { Connection } from '../open-database.ts';
import { bigints, jsons, parameters } from './binary-array.ts';
import type { ChatDelta } from './digest.ts';

/**
 * Upserts the chats between users, with one write per chat. An earlier statement must have inserted
 * the messages of the batch. Returns the chats that need further steps: `unread` is -1 if it must
 * be counted, and `early` is true if changes were deferred.
 */
export async function upsertChats(connection: Connection, chats: readonly ChatDelta[]): Promise<ChatRow[]> {
  if (chats.length === 0) return [];
  const text = `with touched as (${upsert(1, '-1')}) select * from touched where unread < 0 or early`;
  const { rows } = await connection.query({ name: 'upsert-chats', text, values: chatColumns(chats) });
  return rows;
}

/**
 * Counts the unread messages of upserted chats. It is a separate statement, so that it sees the
 * transactions for which the upsert waited.
 */
export async function recountUnread(connection: Connection, chats: readonly ChatRow[]): Promise<void> {
  if (chats.length === 0) return;
  const values = [bigints(chats.map((chat) => chat.owner_id)), bigints(chats.map((chat) => chat.peer_id))];
  await connection.query({ name: 'recount-unread', text: recount, values });
}

/** The key of a chat, and the columns that decide whether further steps are needed. */
export interface ChatRow {
  owner_id: number;
  peer_id: number;
  unread: number;
  early: boolean;
}

/**
 * Returns the statement that upserts {@link chatColumns}, passed as parameters from `$first` on.
 * It returns each {@link ChatRow}.
 *
 * The api may clear a chat at the same time. No earlier lock is needed: each expression reads the
 * row after the upsert has locked it. So messages at or below `cleared_id` are neither listed nor
 * counted, in either order.
 *
 * `unread` is the number of the peer's messages above the floor, the greater of read mark and
 * `cleared_id`. `last_id` is the greatest id of all, `run_id` the lowest id of the batch. The
 * cases, in order:
 * - no message is above the floor: 0
 * - the mark is between earlier messages: `midway`
 * - a message arrives at or below the former floor: -1, to be counted
 * - the mark covers all earlier messages: the arriving messages above the mark
 * - otherwise: the former number plus the arriving messages
 *
 * `updated` is the date of the last message. For an empty chat it is when the chat was opened,
 * which may be later than that date.
 */
export function upsert(first: number, midway: string): string {
  return `
    insert into chats as c (owner_id, peer_id, read_id, delivered_id, peer_read_id, peer_delivered_id,
    unread, run_id, last_id, last_sender, last_body, updated, hidden)
  select d.*, d.last_id = 0
  from unnest(${parameters(first, types)})
    as d (owner_id, peer_id, read_id, delivered_id, peer_read_id, peer_delivered_id,
      unread, run_id, last_id, last_sender, last_body, updated)
  on conflict (owner_id, peer_id) do update set
    unread = case
      when greatest(c.read_id, c.cleared_id, excluded.read_id) >= greatest(c.last_id, excluded.last_id) then 0
      when excluded.read_id > greatest(c.read_id, c.cleared_id) and excluded.read_id < c.last_id then ${midway}
      when excluded.run_id > 0 and excluded.run_id <= greatest(c.read_id, c.cleared_id) then -1
      when excluded.read_id > greatest(c.read_id, c.cleared_id) then excluded.unread
      else c.unread + excluded.unread
    end,
    run_id = excluded.run_id,
    read_id = greatest(c.read_id, excluded.read_id),
    delivered_id = greatest(c.delivered_id, excluded.delivered_id),
    peer_read_id = greatest(c.peer_read_id, excluded.peer_read_id),
    peer_delivered_id = greatest(c.peer_delivered_id, excluded.peer_delivered_id),
    last_id = greatest(c.last_id, excluded.last_id),
    last_sender = case when excluded.last_id > greatest(c.last_id, c.cleared_id) then excluded.last_sender else c.last_sender end,
    last_body = case when excluded.last_id > greatest(c.last_id, c.cleared_id) then excluded.last_body else c.last_body end,
    last_edited = case when excluded.last_id > greatest(c.last_id, c.cleared_id) then null else c.last_edited end,
    last_recalled = case when excluded.last_id > greatest(c.last_id, c.cleared_id) then null else c.last_recalled end,
    updated = case
      when excluded.last_id <= c.cleared_id then c.updated
      when c.last_id > c.cleared_id then greatest(c.updated, excluded.updated)
      else excluded.updated
    end,
    hidden = c.hidden and greatest(c.last_id, excluded.last_id) <= c.cleared_id
  returning owner_id, peer_id, unread, early`;
}

/**
 * The expression for `midway` if the same statement inserts the messages of the batch: counts the
 * earlier messages, and adds the new ones.
 */
export const countMidway = `excluded.unread + (
        select count(*) from messages m
        where m.owner_id = c.owner_id and m.peer_id = c.peer_id and m.sender_id <> c.owner_id
          and m.id > greatest(excluded.read_id, c.cleared_id))`;

const types = [...Array.from({ length: 10 }, () => 'bigint'), 'jsonb', 'bigint'];

const recount = `
  update chats c set unread = (
    select count(*) from messages m
    where m.owner_id = c.owner_id and m.peer_id = c.peer_id and m.sender_id <> c.owner_id
      and m.id > greatest(c.read_id, c.cleared_id))
  from unnest($1::bigint[], $2::bigint[]) as d (owner_id, peer_id)
  where c.owner_id = d.owner_id and c.peer_id = d.peer_id`;

/** Returns the parameters of {@link upsert}. */
export function chatColumns(chats: readonly ChatDelta[]): Buffer[] {
  const unread = chats.map((chat) => chat.received.filter((id) => id > chat.read));
  return [
    bigints(chats.map((chat) => chat.owner)),
    bigints(chats.map((chat) => chat.peer)),
    bigints(chats.map((chat) => chat.read)),
    bigints(chats.map((chat) => chat.delivered)),
    bigints(chats.map((chat) => chat.peerRead)),
    bigints(chats.map((chat) => chat.peerDelivered)),
    bigints(unread.map((ids) => ids.length)),
    bigints(unread.map((ids) => ids.reduce((least, id) => Math.min(least, id), ids[0] ?? 0))),
    bigints(chats.map((chat) => chat.last?.id ?? 0)),
    bigints(chats.map((chat) => chat.last?.from ?? null)),
    jsons(chats.map((chat) => chat.last?.body ?? null)),
    bigints(chats.map((chat) => (chat.last ? messageDate(chat.last.id) : 0))),
  ];
}
