import { CompiledQuery, sql } from 'kysely';
import type { Database } from '../open-database.ts';

/**
 * Deletes the rows that belong to removed messages of a copy: pins, deferred changes and media
 * shares. Media files that no message contains any more expire, so that the api's background task
 * deletes them.
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
 * SQL statement that lets media files expire if no message contains them any more. $1 is the ids of
 * the files to check. A share that is added at the same time does no harm, because the task that
 * deletes expired files keeps every file that has a share.
 */
export const expireUnshared = `
  update media set expires = 0
  where id = any($1::bigint[]) and not exists (select from media_shares s where s.media_id = media.id)`;

/**
 * Removes messages up to an id from an owner's search index. Deletes each segment that contains
 * only such messages. Marks a segment that also contains other messages as stale, so that the
 * indexer builds it again.
 */
export async function deleteIndexed(tx: Database, owner: number, upTo: number): Promise<void> {
  await sql`delete from search_index_segments where owner_id = ${owner} and last_id <= ${upTo}`.execute(tx);
  await sql`
    update search_index_segments set stale = true
    where owner_id = ${owner} and first_id <= ${upTo} and not stale`.execute(tx);
}

/**
 * The messages of a copy up to and including the id `upTo`. A group has a single copy, whose
 * `owner` and `peer` are the group.
 */
export interface Expired {
  owner: number;
  peer: number;
  upTo: number;
}
