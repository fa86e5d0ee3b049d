import type { Database } from '@parley/database';
import { sql } from 'kysely';

/**
 * Returns the segments of some owners that may hold messages before an id and above the owner's
 * floor, newest first.
 */
export async function listSegments(
  db: Database,
  owners: readonly number[],
  floors: readonly number[],
  before: number,
): Promise<SegmentName[]> {
  const { rows } = await sql<SegmentName>`
    select s.owner_id as owner, s.last_id as last, s.built
    from unnest(${owners}::bigint[], ${floors}::bigint[]) as d (owner_id, floor)
    join search_segments s on s.owner_id = d.owner_id and s.last_id > d.floor and s.first_id <= ${before}
    order by s.last_id desc`.execute(db);
  return rows;
}

/** Returns the stored fences of segments. Null for one that was replaced. */
export async function readFences(db: Database, segments: readonly SegmentName[]): Promise<(string | null)[]> {
  const { rows } = await sql<{ fences: string | null }>`
    select s.fences from unnest(${segments.map((it) => it.owner)}::bigint[], ${segments.map((it) => it.last)}::bigint[],
      ${segments.map((it) => it.built)}::bigint[]) with ordinality as d (owner_id, last_id, built, n)
    left join search_segments s using (owner_id, last_id, built)
    order by n`.execute(db);
  return rows.map((row) => row.fences);
}

/** Returns parts of the postings or ids of segments. Null for one that was replaced. */
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
    left join search_segments s using (owner_id, last_id, built)
    order by n`.execute(db);
  return rows.map((row) => row.part);
}

/** Marks that messages of a chat were deleted up to an id, so that the index drops them too. */
export async function markStale(db: Database, owner: number, peer: number, upTo: number): Promise<void> {
  const { numAffectedRows = 0n } = await sql`
    update search_segments set stale = true
    where owner_id = ${owner} and first_id <= ${upTo} and ${peer} = any(peers)`.execute(db);
  if (numAffectedRows > 0n) await requestIndexing(db, [owner], Date.now());
}

/** Schedules the indexing of some owners and notes that they were searched. */
export async function requestIndexing(db: Database, owners: readonly number[], now: number): Promise<void> {
  if (owners.length === 0) return;
  await sql`
    insert into search_owners as s (owner_id, searched, due) select unnest(${owners}::bigint[]), ${now}, ${now}
    on conflict (owner_id) do update set searched = ${now}, due = least(s.due, ${now})`.execute(db);
}

export interface SegmentName {
  owner: number;
  /** The greatest id in it. */
  last: number;
  /** Changes with its content. */
  built: number;
}

interface Part {
  segment: SegmentName;
  begin: number;
  length: number;
}
