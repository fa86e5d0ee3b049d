import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { isKept } from './hidden-messages.ts';
import { type MessageRow, pinnedColumn } from './message-row.ts';
import type { Key } from './search-sources.ts';

/**
 * Returns the messages with the given keys. Omits messages that do not exist, notices, recalled
 * messages, and messages that the user cleared or hid.
 */
export async function readFound(db: Database, me: number, keys: readonly Key[]): Promise<FoundRow[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<FoundRow>`
    select t.* from unnest(${keys.map((it) => it.owner)}::bigint[], ${keys.map((it) => it.peer)}::bigint[],
      ${keys.map((it) => it.id)}::bigint[]) as k (owner_id, peer_id, id)
    cross join lateral (
      select m.owner_id as owner, m.peer_id as peer, m.id, m.sender_id as sender, m.body, m.ref, m.reply_to as "replyTo", m.mentions, m.custom,
        m.edited, m.recalled, m.reactions, ${sql.raw(pinnedColumn)} as pinned
      from messages m
      where m.owner_id = k.owner_id and m.peer_id = k.peer_id and m.id = k.id and m.body ->> 'type' <> 'notice'
      limit 1
    ) t
    where t.id > coalesce((select cleared_id from chats where owner_id = k.owner_id and peer_id = k.peer_id), 0)
      and ${isKept(sql`${me}`, sql`t.peer`, sql`t.id`)}`.execute(db);
  return rows;
}

/** Returns the names of users and groups by id. */
export async function namesOf(db: Database, ids: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await sql<{ id: number; name: string }>`
    select id, name from users where id = any(${ids}::bigint[])
    union all select id, name from groups where id = any(${ids}::bigint[])`.execute(db);
  return new Map(rows.map((row) => [row.id, row.name]));
}

export type FoundRow = MessageRow & Key;
