import { sql } from 'kysely';
import { clearChat } from '../clear-chat.ts';
import type { Database } from '../open-database.ts';
import { deleteAttached, deleteIndexed, type Expired } from './delete-attached.ts';

/**
 * Removes at most `limit` messages of an owner's copy of a chat, the oldest first, inside the
 * caller's transaction. Hides all messages up to and including `upTo` from the owner at once.
 * Leaves the peer's copy unchanged. Returns the number of removed messages.
 */
export async function expireChat(tx: Database, { owner, peer, upTo }: Expired, limit: number): Promise<number> {
  await clearChat(tx, owner, peer, upTo);
  const { rows } = await sql<{ id: number }>`
    delete from messages where owner_id = ${owner} and peer_id = ${peer} and id in (
      select id from messages where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo} order by id limit ${limit})
    returning id`.execute(tx);
  // Keeps the files of the messages that remain, because a legal hold preserves these messages only
  // when they are deleted.
  const deletedTo = rows.length < limit ? upTo : Math.max(...rows.map(({ id }) => id));
  await deleteAttached(tx, { owner, peer, upTo: deletedTo });
  await deleteIndexed(tx, owner, upTo);
  return rows.length;
}
