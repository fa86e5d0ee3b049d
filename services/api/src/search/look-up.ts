import type { Database } from '@parley/database';
import { readParts, type SegmentName } from '../queries/search-segments.ts';
import type { Key } from '../queries/search-sources.ts';
import { type FenceCache, SegmentGone } from './fence-cache.ts';
import { findSlice, idBytes, readId, readPlaces } from './segment.ts';
import type { Term } from './terms.ts';

/**
 * The messages that hold all of some terms, by the index, in some segments. Throws {@link SegmentGone} if one was replaced.
 */
export async function lookUp(
  db: Database,
  fences: FenceCache,
  segments: readonly SegmentName[],
  terms: readonly Term[],
): Promise<Key[]> {
  const known = await fences.read(db, segments);
  const slices = segments.flatMap((segment, index) => {
    const found = terms.map((term) => findSlice(known[index] ?? [], term));
    return found.every((slice) => slice !== undefined) ? found.map((slice) => ({ segment, ...slice })) : [];
  });
  const parts = await readParts(db, 'postings', slices);
  const hits: { segment: SegmentName; places: number[] }[] = [];
  for (let at = 0; at < slices.length; at += terms.length) {
    const lists = terms.map((term, index) => readPlaces(present(parts[at + index]), term));
    const places = intersect(lists);
    if (places.length > 0) hits.push({ segment: (slices[at] as (typeof slices)[number]).segment, places });
  }
  const spans = await readParts(
    db,
    'ids',
    hits.map(({ segment, places }) => {
      const first = places[0] as number;
      return { segment, begin: first * idBytes, length: ((places.at(-1) as number) - first + 1) * idBytes };
    }),
  );
  return hits.flatMap(({ segment, places }, index) => {
    const ids = present(spans[index]);
    const first = places[0] as number;
    return places.map((place) => ({ owner: segment.owner, ...readId(ids, place - first) }));
  });
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
