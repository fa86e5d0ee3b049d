import type { Database } from '@parley/database';
import { readParts, type SegmentName } from '../queries/search-segments.ts';
import type { Key } from '../queries/search-sources.ts';
import { type FenceCache, SegmentGone } from './fence-cache.ts';
import { findSlice, idBytes, readId, readPlaces } from './segment.ts';
import type { Term } from './terms.ts';

/**
 * The messages that hold all of some terms, by the index, the newest first and a part at a time: what is common is found in the newest
 * segment, of which only the end is looked at.
 */
export class Candidates {
  readonly #db: Database;
  readonly #fences: FenceCache;
  readonly #terms: readonly Term[];
  /** What is left, the newest first. */
  #left: Left[];
  #segments = 1;
  #places: number;

  /**
   * @param segments the newest first
   * @param few how many are asked for, about
   */
  constructor(db: Database, fences: FenceCache, segments: readonly SegmentName[], terms: readonly Term[], few: number) {
    this.#db = db;
    this.#fences = fences;
    this.#terms = terms;
    this.#left = segments.map((segment) => ({ segment, last: segment.last }));
    this.#places = few;
  }

  /** All that are still to come have ids up to this; -1 when there are none. */
  get reach(): number {
    return this.#left[0]?.last ?? -1;
  }

  /** Some more of them, in no order. Throws {@link SegmentGone} if a segment was replaced. */
  async next(): Promise<Key[]> {
    const some = await this.#lookUp(this.#left.splice(0, this.#segments));
    const heads = some.map(({ segment, places }) => ({ segment, places: places.slice(-this.#places) }));
    const spans = await readParts(
      this.#db,
      'ids',
      heads.map(({ segment, places }) => {
        const first = places[0] as number;
        return { segment, begin: first * idBytes, length: ((places.at(-1) as number) - first + 1) * idBytes };
      }),
    );
    const keys: Key[] = [];
    for (const [index, { segment, places }] of heads.entries()) {
      const ids = present(spans[index]);
      const first = places[0] as number;
      const rest = (some[index] as Found).places.slice(0, -places.length);
      if (rest.length > 0) this.#left.push({ segment, last: readId(ids, 0).id, places: rest });
      for (const place of places) keys.push({ owner: segment.owner, ...readId(ids, place - first) });
    }
    this.#left.sort((a, b) => b.last - a.last);
    this.#segments *= 8;
    this.#places *= 8;
    return keys;
  }

  /** Where the terms stand in these segments; those without them are left out. */
  async #lookUp(some: readonly Left[]): Promise<Found[]> {
    const known = some.filter((it): it is Left & Found => it.places !== undefined);
    const fresh = some.filter((it) => it.places === undefined).map((it) => it.segment);
    const fences = await this.#fences.read(this.#db, fresh);
    const slices = fresh.flatMap((segment, index) => {
      const found = this.#terms.map((term) => findSlice(fences[index] ?? [], term));
      return found.every((slice) => slice !== undefined) ? found.map((slice) => ({ segment, ...slice })) : [];
    });
    const parts = await readParts(this.#db, 'postings', slices);
    const found: Found[] = [...known];
    for (let at = 0; at < slices.length; at += this.#terms.length) {
      const lists = this.#terms.map((term, index) => readPlaces(present(parts[at + index]), term));
      const places = intersect(lists);
      if (places.length > 0) found.push({ segment: (slices[at] as (typeof slices)[number]).segment, places });
    }
    return found;
  }
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new SegmentGone();
  return value;
}

/** What is in all of some ascending lists. */
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

/** A segment where all terms stand, and the places of the messages, ascending. */
interface Found {
  segment: SegmentName;
  places: number[];
}

/** A segment, or the rest of one, that may hold messages up to an id. */
interface Left {
  segment: SegmentName;
  last: number;
  /** Undefined where it was not looked into. */
  places?: number[];
}
