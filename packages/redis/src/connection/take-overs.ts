import type { Keys } from '../keys.ts';
import type { Call } from './script.ts';
import { readTakeOvers } from './take-over.ts';

/** When the master of each bucket was promoted, as the last connection to it read. */
export class TakeOvers {
  readonly #keys: Keys;
  readonly #clustered: boolean;
  readonly #times: Since[];

  constructor(keys: Keys, clustered: boolean) {
    this.#keys = keys;
    this.#clustered = clustered;
    this.#times = Array.from({ length: clustered ? keys.buckets : 1 }, () => new Since());
  }

  /**
   * When the bucket's master was promoted, in Unix ms; evaluated when the command is sent. 0 =
   * never.
   */
  since(bucket: number): { toString(): string } {
    return this.#times[this.#clustered ? bucket : 0] as Since;
  }

  /** Reads the promotions of those buckets that a server has. Rejects if it is a replica. */
  async read(call: Call, has: (key: string) => boolean): Promise<void> {
    const names = this.#times.map((_, bucket) => this.#keys.server(bucket));
    const asked = [...names.keys()].filter((bucket) => has(names[bucket] as string));
    const told = await readTakeOvers(
      call,
      asked.map((bucket) => names[bucket] as string),
    );
    for (const [i, bucket] of asked.entries()) {
      const time = this.#times[bucket] as Since;
      time.ms = told[i] ?? time.ms;
    }
  }
}

class Since {
  ms = 0;

  toString(): string {
    return String(this.ms);
  }
}
