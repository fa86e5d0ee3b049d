import type { Keys } from './keys.ts';
import type { Call } from './script.ts';
import { readTakeOvers } from './scripts/take-over.ts';

/** Since when each bucket is with a server that took the place of a failed master, as the last connection to it was told. */
export class TakeOvers {
  readonly #keys: Keys;
  readonly #clustered: boolean;
  readonly #times: Since[];

  constructor(keys: Keys, clustered: boolean) {
    this.#keys = keys;
    this.#clustered = clustered;
    this.#times = Array.from({ length: clustered ? keys.buckets : 1 }, () => new Since());
  }

  /** Ms since 1970, 0 for never, as it is known when it is asked to be a text. */
  since(bucket: number): { toString(): string } {
    return this.#times[this.#clustered ? bucket : 0] as Since;
  }

  /** Asks a server about those buckets that it has; `has` gets a key of each. Rejects when it is no master. */
  async ask(call: Call, has: (key: string) => boolean): Promise<void> {
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
