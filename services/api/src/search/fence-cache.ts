import type { Database } from '@parley/database';
import { readFences, type SegmentName } from '../queries/search-segments.ts';
import type { Fence } from './segment.ts';

/**
 * Caches the fences (the first term of each block) of recently searched segments, because each
 * letter that a user types into the search field searches the same segments again.
 */
export class FenceCache {
  readonly #maxFences: number;
  readonly #known = new Map<string, Fence[]>();
  #count = 0;

  /** @param maxFences maximum number of cached fences. Each uses about 100 bytes */
  constructor(maxFences = 300_000) {
    this.#maxFences = maxFences;
  }

  /**
   * Returns the fences (first terms of blocks) of each segment. Throws {@link SegmentGone} if a
   * segment was replaced.
   */
  async read(db: Database, segments: readonly SegmentName[]): Promise<Fence[][]> {
    const missing = segments.filter((segment) => !this.#known.has(nameOf(segment)));
    const texts = missing.length === 0 ? [] : await readFences(db, missing);
    const found = new Map<string, Fence[]>();
    for (const [index, segment] of missing.entries()) {
      const text = texts[index];
      if (text === null || text === undefined) throw new SegmentGone();
      found.set(nameOf(segment), JSON.parse(text) as Fence[]);
    }
    const all = segments.map((segment) => {
      const name = nameOf(segment);
      const fences = this.#known.get(name) ?? found.get(name);
      if (fences === undefined) throw new SegmentGone();
      this.#forget(name);
      this.#known.set(name, fences);
      this.#count += fences.length;
      return fences;
    });
    for (const name of this.#known.keys()) {
      if (this.#count <= this.#maxFences) break;
      this.#forget(name);
    }
    return all;
  }

  #forget(name: string): void {
    this.#count -= this.#known.get(name)?.length ?? 0;
    this.#known.delete(name);
  }
}

/** Thrown if a search reads a segment that the indexer has replaced or deleted. */
export class SegmentGone extends Error {
  override name = 'SegmentGone';
}

function nameOf({ owner, last, built }: SegmentName): string {
  return `${owner}:${last}:${built}`;
}
