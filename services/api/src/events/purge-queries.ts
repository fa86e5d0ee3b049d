import { type Database, deleteAttached } from '@parley/database';
import { sql } from 'kysely';

/**
 * Deletes up to `limit` messages from an owner's copy of a chat, up to and including the message
 * `upTo`, with their pins and their access to media. Returns the number of deleted messages.
 */
export async function deleteMessages(db: Database, { owner, peer, upTo }: Copy, limit: number): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    delete from messages where owner_id = ${owner} and peer_id = ${peer} and id in (
      select id from messages where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo} order by id limit ${limit})
    returning id`.execute(db);
  // Keeps the files of the messages that remain, because a legal hold preserves these messages only
  // when they are deleted.
  const deletedTo = rows.length < limit ? upTo : Math.max(...rows.map(({ id }) => id));
  await deleteAttached(db, { owner, peer, upTo: deletedTo });
  return rows.length;
}

interface Copy {
  owner: number;
  peer: number;
  upTo: number;
}
