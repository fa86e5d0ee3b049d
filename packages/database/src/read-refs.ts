import { sql } from 'kysely';
import type { Database } from './open-database.ts';

/** Maximum number of refs that are read: as many as Redis stores for a conversation. */
const MAX_REFS = 10_000;

/** The difference between ids of messages that are a day apart: 4096 per ms. */
const DAY = 86_400_000 * 4096;

/**
 * Returns the refs of a sender's messages in a chat: those of the 24 hours before the newest
 * message, at most 10,000.
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
