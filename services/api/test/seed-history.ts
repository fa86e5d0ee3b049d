import type { Database } from '@parley/database';
import { firstMessageId } from '@parley/protocol';
import { sql } from 'kysely';

/**
 * Writes messages to PostgreSQL in bulk, either of one owner's copies or of a group. There is one
 * message per second, and the last one is an hour old, which is old enough for the indexer. Returns
 * the ids in ascending order.
 */
export async function seedHistory(db: Database, owner: number, messages: readonly OldMessage[]): Promise<number[]> {
  const start = Date.now() - 3_600_000 - messages.length * 1000;
  const ids = messages.map((_, index) => firstMessageId(start + index * 1000));
  for (let from = 0; from < messages.length; from += 10_000) {
    const some = messages.slice(from, from + 10_000);
    await sql`
      insert into messages (owner_id, peer_id, id, sender_id, body)
      select ${owner}, peer, id, sender, body
      from unnest(${ids.slice(from, from + 10_000)}::bigint[], ${some.map((it) => it.peer)}::bigint[],
        ${some.map((it) => it.from ?? owner)}::bigint[], ${some.map((it) => JSON.stringify(it.body ?? { type: 'text', text: it.text }))}::jsonb[]) as d (id, peer, sender, body)`.execute(
      db,
    );
  }
  await sql`
    insert into chats (owner_id, peer_id, last_id, last_sender)
    select owner_id, peer_id, max(id), max(sender_id) from messages
    where owner_id = ${owner} and peer_id <> ${owner} group by owner_id, peer_id
    on conflict (owner_id, peer_id) do update set last_id = excluded.last_id`.execute(db);
  await sql`
    update groups set last_id = m.last, message_count = m.count
    from (select max(id) as last, count(*) as count from messages where owner_id = ${owner} and peer_id = ${owner}) m
    where id = ${owner}`.execute(db);
  return ids;
}

interface OldMessage {
  /** The peer of the chat. For a group, the id of the group itself. */
  peer: number;
  text: string;
  /** Body to store instead of a text body. */
  body?: object;
  /** Sender of the message. Default: the owner. */
  from?: number;
}
