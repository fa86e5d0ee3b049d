import { messageDate } from '@parley/protocol';
import type { Connection } from '../open-database.ts';
import { bigints, jsons, parameters } from './binary-array.ts';
import type { ChatDelta } from './digest.ts';

/**
 * Inserts or updates the chats between users, with one write per chat. An earlier statement must
 * have inserted the messages of the batch. Returns the chats that need further steps: `unread` is
 * -1 if the unread messages must be counted, and `early` is true if the chat has deferred changes.
 */
export async function upsertChats(connection: Connection, chats: readonly ChatDelta[]): Promise<ChatRow[]> {
  if (chats.length === 0) return [];
  const text = `with touched as (${upsert(1, '-1')}) select * from touched where unread < 0 or early`;
  const { rows } = await connection.query({ name: 'upsert-chats', text, values: chatColumns(chats) });
  return rows;
}

/**
 * Counts the unread messages of chats that `upsertChats` has written. This is a separate statement,
 * because only a later statement sees the transactions that the upsert waited for.
 */
export async function recountUnread(connection: Connection, chats: readonly ChatRow[]): Promise<void> {
  if (chats.length === 0) return;
  const values = [bigints(chats.map((chat) => chat.owner_id)), bigints(chats.map((chat) => chat.peer_id))];
  await connection.query({ name: 'recount-unread', text: recount, values });
}

/** The key of a chat, with the columns that show whether it needs further steps. */
export interface ChatRow {
  owner_id: number;
  peer_id: number;
  unread: number;
  early: boolean;
}

/**
 * Returns the SQL statement that inserts or updates the rows of {@link chatColumns}. The columns
 * are its parameters, from `$first` on. The statement returns a {@link ChatRow} per chat.
 *
 * The api might clear a chat at the same time. The statement needs no earlier lock, because each
 * expression reads the row after the upsert has locked it. Messages at or below `cleared_id` are
 * therefore neither listed nor counted, whichever transaction commits first.
 *
 * `unread` is the number of the peer's messages above the floor, which is the greater of the read
 * mark and `cleared_id`. `last_id` is the greatest message id of the chat, and `run_id` is the
 * lowest id of the peer's unread messages in the batch. The first case that applies determines
 * `unread`:
 * - no message is above the floor: 0
 * - the new read mark is between earlier messages: the expression `midway`
 * - the batch has a message at or below the former floor: -1, which means that the caller must
 *   count
 * - the new read mark covers all earlier messages: the number of the batch's messages above it
 * - otherwise: the former number plus the number of the batch's messages
 *
 * `updated` is the date of the last message. In an empty chat it is the date when the chat was
 * opened, which the first message replaces even if the message is older.
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
 * SQL expression for the parameter `midway` of {@link upsert}, used if the same statement also
 * inserts the messages of the batch. Counts the earlier messages and adds the batch's own messages,
 * which the count does not see.
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

/** Returns the parameters of the statement of {@link upsert}. */
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
