import type { Keys } from '../keys.ts';
import { type BucketKeys, beginGenerations } from './begin-generation.ts';
import type { Call } from './script.ts';

/** The generation of each bucket, as the last connection to its server read it. */
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

  /** Returns the bucket's generation. It is evaluated when the command is sent. */
  of(bucket: number): { toString(): string } {
    return this.#known(bucket);
  }

  /** When a server last lost all its data, in Unix ms. 0 if no loss is known. */
  get lostAt(): number {
    return this.#lostAt;
  }

  /** Reads the generations of the buckets that a server stores. Rejects if it is a replica. */
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
