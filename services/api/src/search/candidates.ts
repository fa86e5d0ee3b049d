import type { Database } from '@parley/database';
import { type Part, readParts, type SegmentName } from '../queries/search-segments.ts';
import type { Key } from '../queries/search-sources.ts';
import { type FenceCache, SegmentGone } from './fence-cache.ts';
import { findSlice, idBytes, readId, readPlaces, unite } from './segment.ts';
import type { Term } from './terms.ts';

/**
 * Reads the messages that contain all given terms from the index, newest first and in parts. For
 * terms that occur often, reads only the end of the newest segment.
 */
export class Candidates {
  readonly #db: Database;
  readonly #fences: FenceCache;
  readonly #terms: readonly Term[];
  readonly #few: number;
  /** Segments whose candidates have not all been returned, newest first. */
  #left: Left[];
  /** Number of segments that were read. `named` is the number of messages that were returned. */
  #looked = 0;
  #named = 0;

  /**
   * @param segments ordered from newest to oldest
   * @param terms terms that each message must contain. An empty list selects all messages
   * @param few maximum number of candidates per segment in the first step
   */
  constructor(db: Database, fences: FenceCache, segments: readonly SegmentName[], terms: readonly Term[], few: number) {
    this.#db = db;
    this.#fences = fences;
    this.#terms = terms;
    this.#left = segments.map((segment) => ({ segment, last: segment.last, maxMatches: few }));
    this.#few = few;
  }

  /** Maximum id of the candidates that were not returned yet. -1 if there are none. */
  get reach(): number {
    return this.#left[0]?.last ?? -1;
  }

  /**
   * Returns the next candidates in an undefined order. Throws {@link SegmentGone} if a segment was
   * replaced.
   *
   * @param wanted number of results that are still missing. The number of segments to read is
   * estimated from the candidates in earlier segments
   */
  async next(wanted: number): Promise<Key[]> {
    const likely = this.#named > 0 ? Math.ceil((wanted * this.#looked) / this.#named) : Number.POSITIVE_INFINITY;
    const found = await this.#lookUp(this.#left.splice(0, Math.min(1 + likely, Math.max(1, this.#looked * 8))));
    const heads = found.map((it) => ({ ...it, places: it.places.slice(-it.maxMatches) }));
    const keys = await this.#nameAll(heads);
    for (const [index, { segment, places, maxMatches }] of found.entries()) {
      const rest = places.slice(0, -maxMatches);
      if (rest.length > 0)
        this.#left.push({ segment, last: keys[index]?.[0]?.id ?? 0, places: rest, maxMatches: maxMatches * 8 });
    }
    this.#left.sort((a, b) => b.last - a.last);
    return keys.flat();
  }

  /** Returns the keys of the messages that are at the given positions of segments. */
  async #nameAll(heads: readonly Found[]): Promise<Key[][]> {
    const runs = heads.flatMap(({ segment, places }, head) => runsOf(places).map((run) => ({ segment, head, run })));
    const parts = await readParts(
      this.#db,
      'ids',
      runs.map(({ segment, run }) => {
        const first = run[0] as number;
        return { segment, begin: first * idBytes, length: ((run.at(-1) as number) - first + 1) * idBytes };
      }),
    );
    const keys = heads.map((): Key[] => []);
    for (const [index, { segment, head, run }] of runs.entries()) {
      const ids = present(parts[index]);
      for (const place of run) keys[head]?.push({ owner: segment.owner, ...readId(ids, place - (run[0] as number)) });
    }
    return keys;
  }

  /**
   * Finds the positions of the messages that contain all terms in the given segments. Omits
   * segments without such messages.
   */
  async #lookUp(some: readonly Left[]): Promise<Found[]> {
    const known = some.filter((it): it is Left & Found => it.places !== undefined);
    const fresh = some.filter((it) => it.places === undefined).map((it) => it.segment);
    this.#looked += fresh.length;
    const fences = await this.#fences.read(this.#db, fresh);
    const parts: Part[] = [];
    const wanted = fresh.flatMap((segment, index) => {
      const lists = this.#terms.map(({ texts, prefix }) =>
        texts.flatMap((text) => {
          const slice = findSlice(fences[index] ?? [], { text, prefix });
          return slice === undefined ? [] : [{ text, prefix, at: parts.push({ segment, ...slice }) - 1 }];
        }),
      );
      return lists.every((list) => list.length > 0) ? [{ segment, lists }] : [];
    });
    const read = await readParts(this.#db, 'postings', parts);
    const found: Found[] = [...known];
    for (const { segment, lists } of wanted) {
      const places =
        lists.length === 0
          ? Array.from({ length: segment.count }, (_, place) => place)
          : intersect(lists.map((list) => unite(list.map((it) => readPlaces(present(read[it.at]), it)))));
      this.#named += places.length;
      if (places.length > 0) found.push({ segment, places, maxMatches: this.#few });
    }
    return found;
  }
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new SegmentGone();
  return value;
}

/**
 * Splits an ascending list of positions at wide gaps. The positions of each part are read at once.
 */
function runsOf(places: readonly number[]): number[][] {
  const runs: number[][] = [];
  let before = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    if (place - before > widestGap) runs.push([]);
    runs.at(-1)?.push(place);
    before = place;
  }
  return runs;
}

/**
 * Maximum gap between positions, in messages, up to which they are read at once: PostgreSQL reads
 * blocks of about 2000 bytes.
 */
const widestGap = 2000 / idBytes;

/** Returns the intersection of ascending lists. */
function intersect(lists: readonly number[][]): number[] {
  const [shortest = [], ...others] = [...lists].sort((a, b) => a.length - b.length);
  return others.reduce((common, list) => {
    let at = 0;
    return common.filter((place) => {
      while ((list[at] ?? place) < place) at += 1;
      return list[at] === place;
    });
  }, shortest);
}

/**
 * A segment that contains all terms, and the positions of its matching messages in ascending order.
 */
interface Found {
  segment: SegmentName;
  places: number[];
  /** Maximum number of matching messages that the next step returns. */
  maxMatches: number;
}

/**
 * A segment with messages that were not returned yet. `last` is the greatest id of these messages.
 */
interface Left {
  segment: SegmentName;
  last: number;
  /** Positions of the matching messages. Undefined if the segment was not read yet. */
  places?: number[];
  maxMatches: number;
}
