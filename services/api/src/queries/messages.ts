import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { chatFloor } from './chat-floor.ts';
import type { ChatKey } from './chat-key.ts';
import { isKept } from './hidden-messages.ts';
import { type MessageRow, pinnedColumn } from './message-row.ts';

/**
 * Returns up to `limit` messages of an owner's chat below or above an id, starting with the
 * nearest. Omits messages that the owner has cleared, even if their rows still exist, and messages
 * from before the owner joined the group.
 */
export async function readMessages(
  db: Database,
  { owner, peer, group }: ChatKey,
  { below, above, limit }: Range,
): Promise<MessageRow[]> {
  const side = above === undefined ? sql`id < ${below ?? Number.MAX_SAFE_INTEGER}` : sql`id > ${above}`;
  const order = above === undefined ? sql`desc` : sql`asc`;
  const { rows } = await sql<MessageRow>`
    select id, sender_id as sender, body, ref, reply_to as "replyTo", mentions, custom, edited, recalled, reactions, ${sql.raw(pinnedColumn)} as pinned
    from messages m
    where owner_id = ${group ? peer : owner} and peer_id = ${peer} and ${side} and id > (${chatFloor({ owner, peer, group })})
      and ${isKept(sql`${owner}`, sql`${peer}`, sql`m.id`)}
    order by id ${order}
    limit ${limit}`.execute(db);
  return rows;
}

interface Range {
  /** Upper bound of the message ids, exclusive. Default: no bound. */
  below?: number;
  /** Lower bound of the message ids, exclusive. Default: no bound. */
  above?: number;
  limit: number;
}
