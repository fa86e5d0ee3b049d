import type { Database } from '@parley/database';
import { type FoundRow, readFound } from '../queries/found-messages.ts';
import { listSegments, type SegmentName } from '../queries/search-segments.ts';
import {
  type Key,
  listChanged,
  listUnindexed,
  readFacts,
  readSources,
  type Source,
  type Which,
} from '../queries/search-sources.ts';
import { Candidates } from './candidates.ts';
import { type FenceCache, SegmentGone } from './fence-cache.ts';
import { type Filtered, type Filters, passes, termsOfFilters } from './filter-terms.ts';
import { matches } from './find-hits.ts';
import { mostCandidates, mostUnindexed, smallSegment } from './limits.ts';
import type { Query } from './terms.ts';

/**
 * Finds a user's messages that match a query, newest first, in three steps:
 *
 * 1. Read the messages that the index lacks: the newest and the recently edited ones.
 * 2. Look up the terms in the index, segment by segment, newest first.
 * 3. Read each candidate from the messages, and keep it if it exists, is visible to the user and
 * really matches.
 *
 * A candidate becomes a result once no unread segment can contain a newer candidate. One search
 * reads a limited number of messages. If there are more, the result's `end` is the id down to which
 * it has searched.
 */
export async function search(
  index: SearchIndex,
  me: number,
  wanted: Wanted,
  range: SearchRange,
): Promise<SearchResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await searchOnce(index, me, wanted, range);
    } catch (error) {
      // Retries if the indexer replaced a segment before this search has read it.
      if (!(error instanceof SegmentGone)) throw error;
      if (attempt === attempts)
        throw new IndexBusyError('The search index changes too fast to be read', { cause: error });
    }
  }
}

async function searchOnce(
  { db, fences }: SearchIndex,
  me: number,
  wanted: Wanted,
  range: SearchRange,
): Promise<SearchResult> {
  const { chat, above, upTo, accepts, limit } = range;
  const sources = (await readSources(db, me, chat)).map((source) => ({
    ...source,
    floor: Math.max(source.floor, above),
  }));
  const floors = new Map(sources.map((source) => [source.owner, source.floor]));
  const heads = await listSegments(db, [...floors.keys()], [...floors.values()], upTo);
  const since = sinceOf(heads);
  const fresh = await listUnindexed(db, me, sources, chat, upTo, mostUnindexed);
  let end = fresh.length < mostUnindexed ? -1 : (fresh.at(-1) as Key).id;
  const changed = await listChanged(db, since, upTo);

  const filters: Filters = { ...wanted.filters, peer: chat === undefined || chat.group ? undefined : chat.peer };
  const fits = (message: Filtered) => passes(filters, message) && matches(wanted.query, message.text);
  let pool: Key[] = [];
  const add = (key: Key): void => {
    if (key.id <= end || key.id > upTo || key.id <= (floors.get(key.owner) ?? 0)) return;
    if (accepts(key)) pool.push(key);
  };
  for (const facts of await readFacts(db, [...fresh, ...changed])) if (fits(facts)) add(facts);

  const terms = [...wanted.query.terms, ...termsOfFilters(filters)];
  const segments = heads.filter((head) => head.last > end);
  const candidates = new Candidates(db, fences, segments, terms, limit + spare);
  const found: FoundRow[] = [];
  const seen = new Set<string>();
  while (found.length < limit) {
    const { reach } = candidates;
    const ready = pool.filter((key) => key.id > reach).sort(newestFirst);
    pool = pool.filter((key) => key.id <= reach);
    for (let at = 0; at < ready.length && found.length < limit; ) {
      // Reads a few more candidates than needed, because some might be deleted or occur twice.
      const some = ready.slice(at, at + limit - found.length + spare);
      at += some.length;
      found.push(...(await verify(db, me, fits, some, seen)));
    }
    if (reach <= Math.max(end, above)) break;
    if (seen.size > mostCandidates && found.length < limit) {
      end = reach;
      break;
    }
    for (const key of await candidates.next(limit - found.length)) add(key);
  }
  found.length = Math.min(found.length, limit);
  return { found, end: end < 0 ? undefined : end, outdated: outdated(sources, heads, fresh, changed) };
}

/**
 * Returns the messages of those candidates that still match and were not verified before, newest
 * first.
 */
async function verify(
  db: Database,
  me: number,
  fits: (message: Filtered) => boolean,
  keys: readonly Key[],
  seen: Set<string>,
): Promise<FoundRow[]> {
  const rows = await readFound(
    db,
    me,
    keys.filter(({ owner, peer, id }) => {
      const name = `${owner}:${peer}:${id}`;
      const isNew = !seen.has(name);
      seen.add(name);
      return isNew;
    }),
  );
  return rows.filter((row) => fits({ ...row, kind: row.body?.type ?? '', text: textOf(row) })).sort(newestFirst);
}

/** Returns the text of a message that a search matches: the text, or the name of the file. */
export function textOf({ body }: FoundRow): string {
  if (body === null || body.type === 'notice') return '';
  if ('text' in body) return body.text;
  return 'name' in body ? body.name : '';
}

/** Compares two results, to sort them from newest to oldest. */
function newestFirst(a: Key, b: Key): number {
  return b.id - a.id || b.peer - a.peer;
}

function sinceOf(heads: readonly SegmentName[]): Map<number, number> {
  const since = new Map<number, number>();
  for (const { owner, built } of heads) since.set(owner, Math.min(built, since.get(owner) ?? built));
  return since;
}

/** Returns the owners whose index must be extended, rebuilt or marked as used. */
function outdated(
  sources: readonly Source[],
  heads: readonly SegmentName[],
  fresh: readonly Key[],
  changed: readonly Key[],
): number[] {
  const counts = new Map<number, number>();
  const count = (owner: number, by: number) => counts.set(owner, (counts.get(owner) ?? 0) + by);
  for (const { owner } of fresh) count(owner, 1);
  for (const { owner } of changed) count(owner, smallSegment / manyChanges);
  const dayAgo = Date.now() - 86_400_000;
  const used = new Set(heads.map((head) => head.owner));
  const asked = sources.filter(({ owner, searched }) => {
    return (counts.get(owner) ?? 0) >= smallSegment || (used.has(owner) && searched < dayAgo);
  });
  return asked.map((source) => source.owner);
}

/**
 * Thrown if the indexer replaced segments during every attempt of one search. A retry is likely to
 * succeed.
 */
export class IndexBusyError extends Error {
  override name = 'IndexBusyError';
}

const attempts = 4;
/** Number of candidates that are read in addition to the needed ones. */
const spare = 8;
/** Number of edited messages from which an index is scheduled for an update. */
const manyChanges = 64;

/** The connections and caches that a search uses. */
export interface SearchIndex {
  db: Database;
  fences: FenceCache;
}

/** Conditions that a result must meet. */
export interface Wanted {
  query: Query;
  filters: Filters;
}

export interface SearchRange {
  /** The only chat to search. Undefined: all chats. */
  chat: Which;
  /** Lower bound of message ids, exclusive. */
  above: number;
  /** Upper bound of message ids, inclusive. */
  upTo: number;
  /** Returns whether a message is allowed in the result. */
  accepts: (key: Key) => boolean;
  limit: number;
}

export interface SearchResult {
  found: FoundRow[];
  /** The search has read only messages with greater ids. Undefined: it has read all messages. */
  end: number | undefined;
  /** Owners whose index must be extended, rebuilt or marked as used. */
  outdated: number[];
}
