import { type Database, groupFloor } from '@parley/database';
import {
  type Chat,
  type Custom,
  type Draft,
  EARLY_IDS,
  IDS_PER_EARLY_MS,
  IDS_PER_MS,
  MESSAGE_EPOCH,
  type ReceivedBody,
} from '@parley/protocol';
import { type RawBuilder, sql } from 'kysely';
import type { ChatKey } from './chat-key.ts';
import { toColumn } from './custom.ts';
import { isHidden, isKept, type KeptMessage, keptUnread, readNewestKept } from './hidden-messages.ts';
import { toMessage } from './message-row.ts';
import { sharesReads } from './privacy.ts';

/**
 * Returns a page of an owner's chats, the most recently changed first. Includes chats with users if
 * they contain messages, and chats with groups unless the owner deleted them after the last
 * message.
 */
export async function listChats(db: Database, owner: number, { before, archived, limit }: ChatsRange): Promise<Chat[]> {
  const place = before === undefined ? sql`true` : sql`(updated, peer) < (${before[0]}, ${before[1]})`;
  const { rows } = await sql<ChatRow>`
    select * from (${userChats(owner)} union all ${groupChats(owner)}) c
    where ${place} and ${archived === undefined ? sql`true` : sql`archived = ${archived}`} and case when "group" then not hidden or last_id > floor else last_id > floor end
    order by updated desc, peer desc
    limit ${limit}`.execute(db);
  return await toChats(db, owner, rows);
}

/** Returns one chat of an owner, even if `listChats` omits it. */
export async function getChat(db: Database, owner: number, peer: number): Promise<Chat | undefined> {
  const { rows } = await sql<ChatRow>`
    select * from (${userChats(owner)} union all ${groupChats(owner)}) c where peer = ${peer}`.execute(db);
  return (await toChats(db, owner, rows))[0];
}

/**
 * Changes the given fields of an owner's chat with a user or group. Creates the chat if it does not
 * exist.
 */
export async function upsertChat(db: Database, { owner, peer, group }: ChatKey, given: ChatChanges): Promise<void> {
  const { custom, ...flags } = given;
  const changes = { ...flags, ...(custom === undefined ? {} : { custom: toColumn(custom) ?? null }) };
  await db
    .insertInto('chats')
    .values({ owner_id: owner, peer_id: peer, is_group: group, ...changes })
    .onConflict((conflict) =>
      Object.keys(changes).length === 0
        ? conflict.columns(['owner_id', 'peer_id']).doNothing()
        : conflict.columns(['owner_id', 'peer_id']).doUpdateSet(changes),
    )
    .execute();
}

function userChats(owner: number): RawBuilder<ChatRow> {
  const mine = {
    group: false,
    owner,
    peer: sql<number>`c.peer_id`,
    above: sql<number>`greatest(c.read_id, c.cleared_id)`,
  };
  return sql`
    select false as "group", c.peer_id as peer, u.name, u.avatar, f.remark, ${keptUnread(sql`c.unread`, mine)} as unread, c.read_id as read,
      case when ${sharesReads(sql`u.privacy`)} and (select ${sharesReads(sql`privacy`)} from users where id = ${owner}) then c.peer_read_id else 0 end as "peerRead", null::bigint as mention, c.cleared_id as floor, c.pinned, c.muted, c.mentions_only, ${archivedOf(sql`c.last_id`)} as archived,
      c.custom, ${draft} as draft, c.hidden, c.updated,
      ${isHidden({ ...mine, id: sql`c.last_id` })} as "lastHidden", c.last_id, c.last_sender, c.last_body, c.last_edited, c.last_recalled
    from chats c join users u on u.id = c.peer_id
    left join friendships f on f.user_id = c.owner_id and f.friend_id = c.peer_id
    left join drafts d on d.owner_id = c.owner_id and d.peer_id = c.peer_id
    where c.owner_id = ${owner}`;
}

/**
 * SQL condition that a chat is archived. A newer message ends the archive, unless the chat is
 * muted.
 */
const archivedOf = (last: RawBuilder<unknown>) => sql`c.archived and (c.muted or ${last} <= c.archived_id)`;

const draft = sql`case when d.text is not null then jsonb_strip_nulls(jsonb_build_object(
  'text', d.text, 'replyTo', d.reply_to, 'mentions', to_jsonb(d.mentions), 'updated', d.updated)) end`;

// SQL expression for the date of the group's last message. It does the same as `messageDate` of the
// protocol.
const lastDate = sql`case when g.last_id < ${EARLY_IDS}::bigint then g.last_id / ${IDS_PER_EARLY_MS}::bigint
  else g.last_id / ${IDS_PER_MS}::bigint + ${MESSAGE_EPOCH}::bigint end`;

// Selects the group chats of an owner. The last message and the message count are stored once, in
// the row of the group.
function groupChats(owner: number): RawBuilder<ChatRow> {
  const theirs = { group: true, owner, peer: sql<number>`m.group_id`, above: sql<number>`m.seen_id` };
  return sql`
    select true, g.id, g.name, g.avatar, null, ${keptUnread(sql`g.message_count - m.seen_count`, theirs)}, m.read_id,
      0, case when m.mention_id > greatest(m.read_id, l.floor) and ${isKept(sql`m.user_id`, sql`m.group_id`, sql`m.mention_id`)}
        then m.mention_id end, l.floor, coalesce(c.pinned, false), coalesce(c.muted, false), coalesce(c.mentions_only, false), coalesce(${archivedOf(sql`g.last_id`)}, false), c.custom, ${draft}, coalesce(c.hidden, false),
      greatest(m.joined, case when g.last_id > l.floor then ${lastDate} end),
      ${isHidden({ ...theirs, id: sql`g.last_id` })}, g.last_id, g.last_sender, g.last_body, g.last_edited, g.last_recalled
    from group_members m join groups g on g.id = m.group_id
    left join chats c on c.owner_id = m.user_id and c.peer_id = m.group_id
    left join drafts d on d.owner_id = m.user_id and d.peer_id = m.group_id
    cross join lateral (select ${sql.raw(groupFloor)} as floor) l
    where m.user_id = ${owner}`;
}

async function toChats(db: Database, owner: number, rows: readonly ChatRow[]): Promise<Chat[]> {
  const kept = await readNewestKept(
    db,
    rows.filter(({ lastHidden }) => lastHidden).map((row) => ({ owner, ...row })),
  );
  return rows.map((row) => toChat(owner, row, kept.get(row.peer)));
}

/**
 * Converts a row to a chat.
 * @param kept the newest message that the owner did not hide. Replaces the last message if that is
 * hidden
 */
function toChat(owner: number, row: ChatRow, kept: KeptMessage | undefined): Chat {
  const { group, peer, last_id: id, last_sender: sender, name, avatar, remark } = row;
  const stored = { id, body: row.last_body, edited: row.last_edited, recalled: row.last_recalled };
  const own = sender === null || id <= row.floor ? undefined : { ...stored, sender };
  const last = row.lastHidden ? kept : own;
  return {
    chat: peer,
    type: group ? 'group' : 'user',
    name,
    avatar,
    ...(remark ? { remark } : {}),
    last: last ? toMessage({ owner, peer, group }, last) : null,
    unread: row.unread,
    read: row.read,
    peerRead: row.peerRead,
    ...(row.mention === null ? {} : { mention: row.mention }),
    pinned: row.pinned,
    muted: row.muted,
    ...(row.mentions_only && { mentionsOnly: true }),
    archived: row.archived,
    ...(row.custom === null ? {} : { custom: row.custom }),
    ...(row.draft === null ? {} : { draft: row.draft }),
    updated: row.updated,
  };
}

interface ChatRow {
  group: boolean;
  peer: number;
  name: string;
  avatar: string | null;
  remark: string | null;
  unread: number;
  read: number;
  peerRead: number;
  mention: number | null;
  /** Greatest message id that is hidden from the owner. */
  floor: number;
  pinned: boolean;
  muted: boolean;
  mentions_only: boolean;
  archived: boolean;
  custom: Custom | null;
  draft: Draft | null;
  hidden: boolean;
  updated: number;
  /** Whether the owner has hidden the last message. */
  lastHidden: boolean;
  last_id: number;
  last_sender: number | null;
  last_body: ReceivedBody | null;
  last_edited: number | null;
  last_recalled: number | null;
}

/** A page cursor of chats: when a chat was last changed, and its peer. */
export type ChatPlace = [updated: number, peer: number];

/** Selects the chats of a page. */
interface ChatsRange {
  before: ChatPlace | undefined;
  /** True: only archived chats. False: only chats that are not archived. Default: all chats. */
  archived?: boolean | undefined;
  limit: number;
}

interface ChatChanges {
  pinned?: boolean | undefined;
  muted?: boolean | undefined;
  mentions_only?: boolean | undefined;
  archived?: boolean | undefined;
  /** The current greatest message id of the chat. Set it together with `archived`. */
  archived_id?: number;
  custom?: Custom | null | undefined;
}
