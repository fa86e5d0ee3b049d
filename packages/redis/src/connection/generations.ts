import type { Keys } from '../keys.ts';
import { type BucketKeys, beginGenerations } from './begin-generation.ts';
import type { Call } from './script.ts';

/**
 * Caches the generation of each bucket, a number that grows when the bucket's server might have
 * lost writes. It is read each time a connection to the server is opened.
 */
export class Generations {
  readonly #clustered: boolean;
  readonly #buckets: Known[];
  #lostAt = 0;

  constructor(keys: Keys, clustered: boolean) {
    this.#clustered = clustered;
    const all = Array.from({ length: keys.buckets }, (_, bucket) => bucket);
    this.#buckets = clustered
      ? all.map((bucket) => new Known(keys.server(bucket), [keys.issued(bucket)]))
      : [new Known(keys.server(0), all.map(keys.issued))];
  }

  /**
   * Returns an object that converts to the bucket's generation. The conversion happens when the
   * command is sent, so that the newest generation is used.
   */
  of(bucket: number): { toString(): string } {
    return this.#known(bucket);
  }

  /** Unix ms at which a server last lost all its data. 0: no loss is known. */
  get lostAt(): number {
    return this.#lostAt;
  }

  /**
   * Reads the generations of the buckets that are on a server. Rejects if the server is a replica.
   */
  async read(call: Call, has: (key: string) => boolean): Promise<void> {
    const here = this.#buckets.filter(({ server }) => has(server));
    const read = await beginGenerations(call, here);
    for (const [i, known] of here.entries()) {
      Object.assign(known, read[i]);
      this.#lostAt = Math.max(this.#lostAt, known.lost);
    }
  }

  #known(bucket: number): Known {
    return this.#buckets[this.#clustered ? bucket : 0] as Known;
  }
}

class Known implements BucketKeys {
  readonly server: string;
  readonly issued: string[];
  generation = 0;
  birth = '';
  lost = 0;

  constructor(server: string, issued: string[]) {
    this.server = server;
    this.issued = issued;
  }

  toString(): string {
    return String(this.generation);
  }
}
