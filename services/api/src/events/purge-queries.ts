import { type Database, deleteAttached } from '@parley/database';
import { sql } from 'kysely';

/**
 * Deletes up to `limit` messages from an owner's copy of a chat, up to and including the message
 * `upTo`, with their pins and their access to media. Returns the number of deleted messages.
 */
export async function deleteMessages(db: Database, { owner, peer, upTo }: Copy, limit: number): Promise<number> {
  await deleteAttached(db, { owner, peer, upTo });
  const { numAffectedRows = 0n } = await sql`
    delete from messages where owner_id = ${owner} and peer_id = ${peer} and id in (
      select id from messages where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo} order by id limit ${limit}
    )`.execute(db);
  return Number(numAffectedRows);
}

interface Copy {
  owner: number;
  peer: number;
  upTo: number;
}
