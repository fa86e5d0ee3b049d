import type { Database } from '@parley/database';
import { sql } from 'kysely';
import type { MessageRow } from './message-row.ts';

/**
 * Up to `limit` messages of an owner's copy that lie below or above an id, the nearest first. What the owner cleared is not among
 * them, whether its rows are there still or not.
 */
export async function readMessages(db: Database, { owner, peer, below, above, limit }: Range): Promise<MessageRow[]> {
  const side = above === undefined ? sql`id < ${below ?? Number.MAX_SAFE_INTEGER}` : sql`id > ${above}`;
  const order = above === undefined ? sql`desc` : sql`asc`;
  const { rows } = await sql<MessageRow>`
    select id, sender_id as sender, body, ref, reply_to as "replyTo", mentions, edited, recalled, reactions
    from messages
    where owner_id = ${owner} and peer_id = ${peer} and ${side} and id > coalesce(
      (select cleared_id from chats where owner_id = ${owner} and peer_id = ${peer}), 0)
    order by id ${order}
    limit ${limit}`.execute(db);
  return rows;
}

interface Range {
  owner: number;
  peer: number;
  /** Ids smaller than this; the newest when neither is given. */
  below?: number;
  /** Ids greater than this. */
  above?: number;
  limit: number;
}
