import { type Database, groupFloor } from '@parley/database';
import { sql } from 'kysely';
import type { Filtered } from '../search/filter-terms.ts';
import { INDEX_VERSION } from '../search/limits.ts';

/**
 * Returns the owners whose messages a user is allowed to search: the user and the user's groups.
 * With `chat`, returns only the owner of that chat's messages.
 */
export async function readSources(db: Database, me: number, chat: Which): Promise<Source[]> {
  const own = sql`
    select ${me}::bigint as owner, 0::bigint as floor, coalesce(s.horizon_id, 0) as horizon, coalesce(s.searched, 0) as searched
    from (select 1) one left join search_indexes s on s.owner_id = ${me} and s.version = ${INDEX_VERSION}`;
  const groups = sql`
    select g.id as owner, l.floor, coalesce(s.horizon_id, 0) as horizon, coalesce(s.searched, 0) as searched
    from group_members m join groups g on g.id = m.group_id and g.dissolved is null
    left join chats c on c.owner_id = ${me} and c.peer_id = m.group_id
    left join search_indexes s on s.owner_id = g.id and s.version = ${INDEX_VERSION}
    cross join lateral (select coalesce(${sql.raw(groupFloor)}, 0) as floor) l
    where m.user_id = ${me} and g.last_id > l.floor ${chat === undefined ? sql`` : sql`and g.id = ${chat.peer}`}`;
  const all = chat === undefined ? sql`${own} union all ${groups}` : chat.group ? groups : own;
  return (await sql<Source>`${all}`.execute(db)).rows;
}

/**
 * Returns the keys of messages that the index does not contain yet: the newest `limit` messages
 * with ids up to `upTo`.
 *
 * @param chat the only chat to read among the user's own copies. Undefined: all chats
 */
export async function listUnindexed(
  db: Database,
  me: number,
  sources: readonly Source[],
  chat: Which,
  upTo: number,
  limit: number,
): Promise<Key[]> {
  const own = sources.find((source) => source.owner === me);
  const groups = sources.filter((source) => source.owner !== me);
  const owners = groups.map((group) => group.owner);
  const lows = groups.map((group) => Math.max(group.floor, group.horizon));
  const boxes = [
    sql`select d.id as owner_id, d.id as peer_id, d.low from unnest(${owners}::bigint[], ${lows}::bigint[]) as d (id, low)`,
  ];
  if (own !== undefined) {
    const low = Math.max(own.floor, own.horizon);
    boxes.push(sql`
      select owner_id, peer_id, greatest(cleared_id, ${low}) from chats
      where owner_id = ${me} and not is_group and last_id > greatest(cleared_id, ${low})
        ${chat === undefined ? sql`` : sql`and peer_id = ${chat.peer}`}`);
  }
  // The inner limit is rarely reached, but makes PostgreSQL read each chat by its key. It cannot
  // change the result, because the messages that it omits are older than the returned ones.
  const { rows } = await sql<Key>`
    select t.* from (${sql.join(boxes, sql` union all `)}) b cross join lateral (
      select owner_id as owner, peer_id as peer, id from messages m
      where m.owner_id = b.owner_id and m.peer_id = b.peer_id and m.id > b.low and m.id <= ${upTo}
      order by id desc limit ${limit}
    ) t order by id desc limit ${limit}`.execute(db);
  return rows;
}

/**
 * Returns the keys of messages with ids up to `upTo` that were edited after they were indexed.
 *
 * @param since maps an owner to the time in Unix ms from which changes are not in the index
 */
export async function listChanged(db: Database, since: ReadonlyMap<number, number>, upTo: number): Promise<Key[]> {
  if (since.size === 0) return [];
  const { rows } = await sql<Key>`
    select t.* from unnest(${[...since.keys()]}::bigint[], ${[...since.values()]}::bigint[]) as d (owner_id, since)
    cross join lateral (
      select owner_id as owner, peer_id as peer, id from messages m
      where m.owner_id = d.owner_id and coalesce(m.recalled, m.edited) >= d.since and m.recalled is null and m.id <= ${upTo}
      limit 10000
    ) t`.execute(db);
  return rows;
}

/**
 * SQL columns with the parts of a message that a search reads. `kind` is null for a recalled
 * message and for a notice.
 */
export const messageFacts = sql`
  m.sender_id as sender, nullif(m.body ->> 'type', 'notice') as kind, coalesce(m.body ->> 'text', m.body ->> 'name', '') as text`;

/** Returns the parts of messages that a search reads. Omits recalled messages and notices. */
export async function readFacts(db: Database, keys: readonly Key[]): Promise<(Key & Filtered)[]> {
  if (keys.length === 0) return [];
  const { rows } = await sql<Key & Filtered>`
    select t.* from unnest(${keys.map((it) => it.owner)}::bigint[], ${keys.map((it) => it.peer)}::bigint[],
      ${keys.map((it) => it.id)}::bigint[]) as k (owner_id, peer_id, id)
    cross join lateral (
      select m.owner_id as owner, m.peer_id as peer, m.id, ${messageFacts} from messages m
      where m.owner_id = k.owner_id and m.peer_id = k.peer_id and m.id = k.id
      limit 1
    ) t where t.kind is not null`.execute(db);
  return rows;
}

/** The only chat to search. Undefined: all chats. */
export type Which = { peer: number; group: boolean } | undefined;

/** An owner of messages: the searching user, or one of the user's groups. */
export interface Source {
  owner: number;
  /**
   * Greatest message id that is hidden. For a user's own copies, this is 0, because each chat has
   * its own value.
   */
  floor: number;
  /** Greatest message id that the index covers. */
  horizon: number;
  /** When the index was last searched, in Unix ms. 0: never. */
  searched: number;
}

/** Identifies a message by its owner, peer and id. */
export interface Key {
  owner: number;
  peer: number;
  id: number;
}
