/** Consecutive failures after which the next transport is used. */
const MAX_FAILURES = 2;

/**
 * Chooses the transport. A proxy may block a transport that fails repeatedly before its welcome, so
 * the next one in order of preference is used. After the last one, the first one is used again,
 * because the server may be unreachable by all of them.
 */
export class TransportFallback {
  readonly #count: number;
  #failures = 0;
  #probes = 0;
  /** Index of the transport to connect with. 0 is the preferred one. */
  current = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Records that the current transport failed before its welcome. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures >= MAX_FAILURES) this.use((this.current + 1) % this.#count);
  }

  /**
   * Uses a transport from now on: one that received its welcome, or the preferred one after the
   * network has changed.
   */
  use(index: number): void {
    this.#failures = 0;
    this.current = index;
  }

  /**
   * Returns a transport to probe that is preferred to `index`, a different one each time. Undefined
   * if `index` is the preferred one.
   */
  better(index: number): number | undefined {
    return index > 0 ? this.#probes++ % index : undefined;
  }
}
