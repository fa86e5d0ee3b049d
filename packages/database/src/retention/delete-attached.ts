import { CompiledQuery, sql } from 'kysely';
import type { Database } from '../open-database.ts';

/**
 * Deletes what belongs to removed messages of a copy: pins, deferred changes, and the shares of
 * media. Media that are in no message any more expire, so that the sweeper of the api removes them.
 */
export async function deleteAttached(tx: Database, { owner, peer, upTo }: Expired): Promise<void> {
  await sql`delete from pins where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo}`.execute(tx);
  await sql`delete from early_changes where owner_id = ${owner} and peer_id = ${peer} and id <= ${upTo}`.execute(tx);
  const { rows } = await sql<{ media: number }>`
    delete from media_shares where owner_id = ${owner} and peer_id = ${peer} and message_id <= ${upTo}
    returning media_id as media`.execute(tx);
  const media = [...new Set(rows.map((row) => row.media))];
  if (media.length > 0) await tx.executeQuery(CompiledQuery.raw(expireUnshared, [media]));
}

/**
 * Lets those media of a list expire that are in no message any more. $1 media. A share that is
 * added at the same time does not matter: the sweeper keeps media with shares.
 */
export const expireUnshared = `
  update media set expires = 0
  where id = any($1::bigint[]) and not exists (select from media_shares s where s.media_id = media.id)`;

/**
 * Removes messages up to an id from an owner's search index. Deletes the segments that contain only
 * such messages. The indexer builds the segment that contains others too again.
 */
export async function deleteIndexed(tx: Database, owner: number, upTo: number): Promise<void> {
  await sql`delete from search_index_segments where owner_id = ${owner} and last_id <= ${upTo}`.execute(tx);
  await sql`
    update search_index_segments set stale = true
    where owner_id = ${owner} and first_id <= ${upTo} and not stale`.execute(tx);
}

/**
 * The messages of a copy up to and including an id. For a group, `owner` and `peer` are the group.
 */
export interface Expired {
  owner: number;
  peer: number;
  upTo: number;
}
