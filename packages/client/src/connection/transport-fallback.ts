/** Number of consecutive failures after which the client uses the next transport. */
const MAX_FAILURES = 2;

/**
 * Chooses the transport. If a transport fails repeatedly before its welcome, a proxy might block
 * it, so the client uses the next one in order of preference. After the last transport it starts
 * over with the first one, because the server might be down.
 */
export class TransportFallback {
  readonly #count: number;
  #failures = 0;
  #probes = 0;
  /** Index of the transport for the next connection. 0 is the preferred one. */
  current = 0;

  constructor(count: number) {
    this.#count = count;
  }

  /** Counts a failure of the current transport before its welcome. */
  failed(): void {
    this.#failures += 1;
    if (this.#failures >= MAX_FAILURES) this.use((this.current + 1) % this.#count);
  }

  /**
   * Uses this transport for the next connections. Called with a transport that has received a
   * welcome frame, or with the preferred transport after the network has changed.
   */
  use(index: number): void {
    this.#failures = 0;
    this.current = index;
  }

  /**
   * Returns the index of a transport that is preferred to `index`, a different one for each call.
   * Undefined if `index` is the preferred transport.
   */
  better(index: number): number | undefined {
    return index > 0 ? this.#probes++ % index : undefined;
  }
}
