/** Failures in a row after which it is the turn of the next. */
const PATIENCE = 2;

/**
 * Which transport to use. One that is not welcomed so many times in a row may be blocked: the next in order of preference has its
 * turn, and after the last one the first again, for it may be the server that is away.
 */
export class Ladder {
  readonly #count: number;
  #failures = 0;
  #looks = 0;
  /** Index of the transport to connect by; 0 is the best. */
  current = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** The current transport was not welcomed. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures >= PATIENCE) this.use((this.current + 1) % this.#count);
  }

  /** To be used next: one that was welcomed, or the best again since the network may be another one. */
  use(index: number): void {
    this.#failures = 0;
    this.current = index;
  }

  /** A transport better than `index` to look at now, each in turn; undefined when that is the best. */
  better(index: number): number | undefined {
    return index > 0 ? this.#looks++ % index : undefined;
  }
}
