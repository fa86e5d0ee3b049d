import type { Database } from '@parley/database';
import { sql } from 'kysely';
import { INDEX_VERSION } from '../search/limits.ts';

/**
 * Lists the segments of the given owners' search indexes, newest first. Returns only segments that
 * can contain messages with ids from the owner's entry in `floors` (exclusive) to `before`
 * (inclusive).
 */
export async function listSegments(
  db: Database,
  owners: readonly number[],
  floors: readonly number[],
  before: number,
): Promise<SegmentName[]> {
  const { rows } = await sql<SegmentName>`
    select s.owner_id as owner, s.last_id as last, s.built, s.count
    from unnest(${owners}::bigint[], ${floors}::bigint[]) as d (owner_id, floor)
    join search_index_segments s on s.owner_id = d.owner_id and s.version = ${INDEX_VERSION} and s.last_id > d.floor
      and s.first_id <= ${before}
    order by s.last_id desc`.execute(db);
  return rows;
}

/**
 * Returns the fences of segments of a search index. A fence is the first term of a block and the
 * block's offset. Null for a segment that was replaced.
 */
export async function readFences(
  db: Database,
  segments: readonly Omit<SegmentName, 'count'>[],
): Promise<(string | null)[]> {
  const { rows } = await sql<{ fences: string | null }>`
    select s.fences from unnest(${segments.map((it) => it.owner)}::bigint[], ${segments.map((it) => it.last)}::bigint[],
      ${segments.map((it) => it.built)}::bigint[]) with ordinality as d (owner_id, last_id, built, n)
    left join search_index_segments s on s.owner_id = d.owner_id and s.version = ${INDEX_VERSION} and s.last_id = d.last_id
      and s.built = d.built
    order by n`.execute(db);
  return rows.map((row) => row.fences);
}

/**
 * Reads parts of the columns `postings` (which message contains which term) or `ids` of segments.
 * Null for a part whose segment was replaced.
 */
export async function readParts(
  db: Database,
  column: 'postings' | 'ids',
  parts: readonly Part[],
): Promise<(Buffer | null)[]> {
  if (parts.length === 0) return [];
  const { rows } = await sql<{ part: Buffer | null }>`
    select substring(s.${sql.ref(column)} from d.begin + 1 for d.length) as part
    from unnest(${parts.map((it) => it.segment.owner)}::bigint[], ${parts.map((it) => it.segment.last)}::bigint[],
      ${parts.map((it) => it.segment.built)}::bigint[], ${parts.map((it) => it.begin)}::int[], ${parts.map((it) => it.length)}::int[])
      with ordinality as d (owner_id, last_id, built, begin, length, n)
    left join search_index_segments s on s.owner_id = d.owner_id and s.version = ${INDEX_VERSION} and s.last_id = d.last_id
      and s.built = d.built
    order by n`.execute(db);
  return rows.map((row) => row.part);
}

/**
 * Marks those segments of a search index that contain deleted messages of a chat as stale, so that
 * they are rebuilt without these messages. Marks the indexes of all versions, because another
 * release might use them again.
 */
export async function markStale(db: Database, owner: number, peer: number, upTo: number): Promise<void> {
  await dropFirstIndex(db, owner);
  const { numAffectedRows = 0n } = await sql`
    update search_index_segments set stale = true
    where owner_id = ${owner} and first_id <= ${upTo} and ${peer} = any(peers)`.execute(db);
  if (numAffectedRows > 0n) await requestIndexing(db, [owner], Date.now());
}

/**
 * Deletes an owner's index in the format of releases up to 0.1.0. If such a release is still
 * running, its next search builds the index again.
 */
export async function dropFirstIndex(db: Database, owner: number): Promise<void> {
  await sql`delete from search_owners where owner_id = ${owner}`.execute(db);
  await sql`delete from search_segments where owner_id = ${owner}`.execute(db);
}

/**
 * Schedules the indexing of the given owners, and stores that they were searched. Owners who are
 * already due keep their priority over owners who do not search.
 */
export async function requestIndexing(db: Database, owners: readonly number[], now: number): Promise<void> {
  if (owners.length === 0) return;
  await sql`
    insert into search_indexes as s (owner_id, version, searched, due)
    select unnest(${owners}::bigint[]), ${INDEX_VERSION}, ${now}, ${now}
    on conflict (owner_id, version) do update
      set searched = ${now}, due = case when s.due <= ${now} then 0 else ${now}::bigint end`.execute(db);
}

export interface SegmentName {
  owner: number;
  /** Greatest message id in the segment. */
  last: number;
  /** Changes whenever the content of the segment changes. */
  built: number;
  /** Number of messages in the segment. */
  count: number;
}

/** A byte range in the column `postings` or `ids` of a segment. */
export interface Part {
  segment: Omit<SegmentName, 'count'>;
  begin: number;
  length: number;
}
