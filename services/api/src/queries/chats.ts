import type { Database } from '@parley/database';
import type { Body, Chat } from '@parley/protocol';
import { sql } from 'kysely';
import { toMessage } from './message-row.ts';

/** An owner's chats that have messages, the one changed last first; those before a place. */
export async function listChats(
  db: Database,
  owner: number,
  before: ChatPlace | undefined,
  limit: number,
): Promise<Chat[]> {
  const rows = await chats(db, owner)
    .where(sql<boolean>`c.last_id > c.cleared_id`)
    .$if(before !== undefined, (query) =>
      query.where(sql<boolean>`(c.updated, c.peer_id) < (${before?.[0]}, ${before?.[1]})`),
    )
    .orderBy('c.updated', 'desc')
    .orderBy('c.peer_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map((row) => toChat(owner, row));
}

/** One chat of an owner, also one without messages. */
export async function getChat(db: Database, owner: number, peer: number): Promise<Chat | undefined> {
  const row = await chats(db, owner).where('c.peer_id', '=', peer).executeTakeFirst();
  return row && toChat(owner, row);
}

/** Creates an owner's chat, or changes what is given of it. */
export async function upsertChat(db: Database, owner: number, peer: number, changes: ChatChanges): Promise<void> {
  await db
    .insertInto('chats')
    .values({ owner_id: owner, peer_id: peer, ...changes })
    .onConflict((conflict) =>
      Object.keys(changes).length === 0
        ? conflict.columns(['owner_id', 'peer_id']).doNothing()
        : conflict.columns(['owner_id', 'peer_id']).doUpdateSet(changes),
    )
    .execute();
}

function chats(db: Database, owner: number) {
  return db
    .selectFrom('chats as c')
    .innerJoin('users as u', 'u.id', 'c.peer_id')
    .leftJoin('friendships as f', (join) =>
      join.onRef('f.user_id', '=', 'c.owner_id').onRef('f.friend_id', '=', 'c.peer_id'),
    )
    .select([
      'c.peer_id',
      'c.unread',
      'c.read_id',
      'c.peer_read_id',
      'c.cleared_id',
      'c.pinned',
      'c.muted',
      'c.updated',
    ])
    .select(['c.last_id', 'c.last_sender', 'c.last_body', 'c.last_edited', 'c.last_recalled'])
    .select(['u.name', 'u.avatar', 'f.remark'])
    .where('c.owner_id', '=', owner);
}

function toChat(owner: number, row: ChatRow): Chat {
  const { peer_id: peer, last_id: id, last_sender: sender, name, avatar, remark } = row;
  const last = {
    id,
    body: row.last_body as Body | null,
    edited: row.last_edited,
    recalled: row.last_recalled,
  };
  return {
    chat: peer,
    type: 'user',
    name,
    avatar,
    ...(remark ? { remark } : {}),
    last: sender === null || id <= row.cleared_id ? null : toMessage(owner, peer, { ...last, sender }),
    unread: row.unread,
    read: row.read_id,
    peerRead: row.peer_read_id,
    pinned: row.pinned,
    muted: row.muted,
    updated: row.updated,
  };
}

type ChatRow = Awaited<ReturnType<ReturnType<typeof chats>['execute']>>[number];

/** When a chat was last changed, and with whom it is. */
export type ChatPlace = [updated: number, peer: number];

interface ChatChanges {
  pinned?: boolean | undefined;
  muted?: boolean | undefined;
}
