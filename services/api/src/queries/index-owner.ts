import type { Database } from '@parley/database';
import { type RawBuilder, sql } from 'kysely';
import type { Filtered } from '../search/filter-terms.ts';
import { INDEX_VERSION } from '../search/limits.ts';
import type { Segment } from '../search/segment.ts';
import { dropFirstIndex } from './search-segments.ts';
import { messageFacts } from './search-sources.ts';

/**
 * Claims the search index that has been due longest: no other process gets it before the time
 * `until`. Returns the index's owner. Undefined if no index is due.
 */
export async function claimOwner(db: Database, now: number, until: number): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    update search_indexes set due = ${until}
    where version = ${INDEX_VERSION} and owner_id = (
      select owner_id from search_indexes where version = ${INDEX_VERSION} and due <= ${now}
      order by due for update skip locked limit 1
    )
    returning owner_id as owner, horizon_id as horizon, searched`.execute(db);
  return rows[0];
}

/**
 * Schedules the next check of a user's search index at the time `due`. Null: no check. No-op if a
 * search has scheduled an earlier check after this process claimed the index. `claimed` is the time
 * at which that claim expires.
 */
export async function settleOwner(db: Database, owner: number, claimed: number, due: number | null): Promise<void> {
  await sql`
    update search_indexes set due = ${due}
    where owner_id = ${owner} and version = ${INDEX_VERSION} and due >= ${claimed}`.execute(db);
}

/**
 * Locks the search index of a user until the transaction ends. Returns false if another process has
 * locked the index, or if the user no longer needs an index.
 */
export async function lockIndex(tx: Database, owner: number): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(owner_id) as locked from search_indexes
    where owner_id = ${owner} and version = ${INDEX_VERSION}`.execute(tx);
  return rows[0]?.locked === true;
}

/** Deletes the search index of a user. The user's next search requests a new index. */
export async function dropIndex(tx: Database, owner: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(${owner})`.execute(tx);
  await sql`delete from search_indexes where owner_id = ${owner}`.execute(tx);
  await sql`delete from search_index_segments where owner_id = ${owner}`.execute(tx);
  await dropFirstIndex(tx, owner);
}

/** Deletes the indexes that earlier releases built for an owner. */
export async function dropOlderIndexes(db: Database, owner: number): Promise<void> {
  await dropFirstIndex(db, owner);
  await sql`delete from search_indexes where owner_id = ${owner} and version < ${INDEX_VERSION}`.execute(db);
  await sql`delete from search_index_segments where owner_id = ${owner} and version < ${INDEX_VERSION}`.execute(db);
}

/** Counts the owners whose index is due. */
export async function countDue(db: Database, now: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from search_indexes where version = ${INDEX_VERSION} and due <= ${now}`.execute(db);
  return rows[0]?.count ?? 0;
}

/**
 * Counts an owner's messages in a range of ids. Also returns the id of every `size`-th message,
 * starting with the message at `offset`.
 */
export async function countOff(
  db: Database,
  owner: number,
  span: Span,
  size: number,
  offset: number,
): Promise<Counted> {
  const { rows } = await sql<Counted>`
    select count(*) as count, coalesce(array_agg(id order by id) filter (where (n + ${offset}) % ${size} = 0), '{}') as steps
    from (
      select id, row_number() over (order by id) as n from (${boxes(owner, span)}) b cross join lateral (
        select m.id from messages m
        where m.owner_id = ${owner} and m.peer_id = b.peer_id and m.id between b.low and ${span.last}
        limit ${boundless}
      ) t
    ) numbered`.execute(db);
  return rows[0] as Counted;
}

/**
 * Lists an owner's messages in a range of ids, in ascending order, without recalled messages and
 * notices.
 */
export async function readMessages(db: Database, owner: number, span: Span): Promise<(Filtered & { id: number })[]> {
  const { rows } = await sql<Filtered & { id: number }>`
    select t.* from (${boxes(owner, span)}) b cross join lateral (
      select m.id, m.peer_id as peer, ${messageFacts} from messages m
      where m.owner_id = ${owner} and m.peer_id = b.peer_id and m.id between b.low and ${span.last}
      limit ${boundless}
    ) t where t.kind is not null order by t.id`.execute(db);
  return rows;
}

/** A limit that is never reached. It makes PostgreSQL read each chat by its key. */
const boundless = 1_000_000_000;

/**
 * Lists the segments of an owner in ascending order, without their content. `changed` is true if a
 * message of the segment was edited, recalled or deleted since the segment was built.
 */
export async function listBuilt(db: Database, owner: number): Promise<BuiltSegment[]> {
  const { rows } = await sql<BuiltSegment>`
    select first_id as first, last_id as last, count, stale or exists (
      select from messages m where m.owner_id = ${owner} and coalesce(m.recalled, m.edited) >= s.built
        and m.id between s.first_id and s.last_id) as changed
    from search_index_segments s where owner_id = ${owner} and version = ${INDEX_VERSION} order by last_id`.execute(db);
  return rows;
}

/**
 * Replaces all segments between the message ids `first` and `last` with one segment, or deletes
 * them.
 */
export async function replaceSegments(
  tx: Database,
  owner: number,
  { first, last }: Span,
  segment: (Segment & { built: number }) | undefined,
): Promise<void> {
  await sql`
    delete from search_index_segments
    where owner_id = ${owner} and version = ${INDEX_VERSION} and first_id >= ${first} and last_id <= ${last}`.execute(
    tx,
  );
  if (segment !== undefined) {
    await tx
      .insertInto('search_index_segments')
      .values({ owner_id: owner, version: INDEX_VERSION, first_id: first, last_id: last, ...segment })
      .execute();
  }
  await sql`
    update search_indexes set horizon_id = greatest(horizon_id, ${last})
    where owner_id = ${owner} and version = ${INDEX_VERSION}`.execute(tx);
}

/**
 * Stores that the given segments of an owner's index include every change before the time `built`.
 * Skips segments that are stale.
 */
export async function renewSegments(
  db: Database,
  owner: number,
  segments: readonly Span[],
  built: number,
): Promise<void> {
  const lasts = segments.map((segment) => segment.last);
  await sql`
    update search_index_segments set built = ${built}
    where owner_id = ${owner} and version = ${INDEX_VERSION} and last_id = any(${lasts}::bigint[]) and built < ${built}`.execute(
    db,
  );
}

// Selects the chats of an owner that have messages in the range. For a group as owner, selects the
// chat of the group.
function boxes(owner: number, { first }: Span): RawBuilder<unknown> {
  return sql`
    select peer_id, greatest(cleared_id + 1, ${first}) as low from chats
    where owner_id = ${owner} and not is_group and last_id >= greatest(cleared_id + 1, ${first})
    union all select id, ${first} from groups where id = ${owner} and dissolved is null`;
}

interface Claimed {
  owner: number;
  horizon: number;
  searched: number;
}

interface Counted {
  count: number;
  steps: number[];
}

/** A range of message ids. Both ends are included. */
export interface Span {
  first: number;
  last: number;
}

interface BuiltSegment extends Span {
  count: number;
  changed: boolean;
}
