import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/**
 * Maximum number of refs (idempotency keys of messages) that are read. Redis stores as many for a
 * conversation.
 */
const MAX_REFS = 10_000;

/**
 * Difference between the ids of two messages that are a day apart: message ids advance by 4096 per
 * ms.
 */
const DAY = 86_400_000 * 4096;

/**
 * Returns the refs (idempotency keys) of a sender's messages in a chat. Reads the messages of the
 * 24 hours before the newest message, at most 10,000.
 */
export async function readRefs(
  db: Database,
  { user, chat, group }: { user: number; chat: number; group: boolean },
): Promise<{ ref: string; id: number }[]> {
  const owner = group ? chat : user;
  const { rows } = await sql<{ ref: string; id: number }>`
    select ref, id from messages
    where owner_id = ${owner} and peer_id = ${chat} and sender_id = ${user} and ref is not null and id > (
      select coalesce(max(id), 0) - ${DAY}::bigint from messages where owner_id = ${owner} and peer_id = ${chat})
    order by id desc limit ${MAX_REFS}`.execute(db);
  return rows;
}
