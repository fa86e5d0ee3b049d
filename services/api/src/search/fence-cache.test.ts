import { type Database, openDatabase } from '@parley/database';
import { testDatabase } from '@parley/stack/test';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FenceCache, SegmentGone } from './fence-cache.ts';
import { INDEX_VERSION } from './limits.ts';
import type { Fence } from './segment.ts';

let db: Database;

beforeAll(async () => {
  db = openDatabase({ url: await testDatabase(), maxConnections: 2 });
  for (let last = 1; last <= 5; last += 1) {
    const fences = JSON.stringify(fencesOf(last));
    const rest = { count: 1, built: 7, peers: [], fences, postings: Buffer.of(), ids: Buffer.of() };
    await db
      .insertInto('search_index_segments')
      .values({ owner_id: 1, version: INDEX_VERSION, first_id: last, last_id: last, ...rest })
      .execute();
  }
});
afterAll(() => db.destroy());

const fencesOf = (last: number): Fence[] => [
  [`a${last}`, 0],
  [`b${last}`, 9],
];
const segment = (last: number, built = 7) => ({ owner: 1, last, built, count: 1 });

describe('the cache of fences', () => {
  it('the fence cache returns the fences (first terms of blocks) of search segments in the requested order, and reuses cached ones', async () => {
    const cache = new FenceCache();
    for (const lasts of [[3, 1], [1, 2, 3], [3]]) {
      expect(
        await cache.read(
          db,
          lasts.map((last) => segment(last)),
        ),
      ).toEqual(lasts.map(fencesOf));
    }
  });

  it('the fence cache returns the fences (first terms of blocks) of all requested search segments, even if it can store only few', async () => {
    const cache = new FenceCache(3);
    for (let round = 0; round < 3; round += 1) {
      expect(
        await cache.read(
          db,
          [1, 2, 3, 4, 5].map((last) => segment(last)),
        ),
      ).toEqual([1, 2, 3, 4, 5].map(fencesOf));
    }
  });

  it('the fence cache throws SegmentGone if a search segment was replaced', async () => {
    const cache = new FenceCache();
    await cache.read(db, [segment(1)]);
    await expect(cache.read(db, [segment(1), segment(9)])).rejects.toThrow(SegmentGone);
    await expect(cache.read(db, [segment(1, 8)])).rejects.toThrow(SegmentGone);
  });
});
