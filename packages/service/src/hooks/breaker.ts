/**
 * A circuit breaker for requests. After `failures` consecutive failures it opens: it admits no
 * requests for `rest` ms, and then one trial request. The result of the trial closes the breaker or
 * opens it again.
 */
export class Breaker {
  readonly #failures: number;
  readonly #rest: number;
  readonly #now: () => number;
  #inARow = 0;
  #openUntil = 0;
  #trying = false;

  /** @param now returns the time in ms of a clock that never goes back */
  constructor({ failures, rest, now = () => performance.now() }: BreakerOptions) {
    this.#failures = failures;
    this.#rest = rest;
    this.#now = now;
  }

  /** True while the breaker is open: it admits no requests, or only a trial request. */
  get open(): boolean {
    return this.#inARow >= this.#failures;
  }

  /** Ms until the breaker admits the next request. */
  get wait(): number {
    return Math.max(0, this.#openUntil - this.#now());
  }

  /**
   * Returns whether the caller can make a request now. After each admitted request, the caller must
   * call `succeeded` or `failed`.
   */
  admit(): boolean {
    if (!this.open) return true;
    if (this.wait > 0 || this.#trying) return false;
    this.#trying = true;
    return true;
  }

  /** Counts a request that succeeded. Returns whether the breaker was open before. */
  succeeded(): boolean {
    const ended = this.open;
    this.#trying = false;
    this.#inARow = 0;
    return ended;
  }

  /**
   * Counts a request that failed. Returns true if this failure opened the breaker, and false if the
   * breaker is still closed or was open already.
   */
  failed(): boolean {
    const began = this.#inARow + 1 === this.#failures;
    this.#trying = false;
    this.#inARow += 1;
    if (this.open) this.#openUntil = this.#now() + this.#rest;
    return began;
  }
}

export interface BreakerOptions {
  /** Number of consecutive failures that open the breaker. */
  failures: number;
  /** Ms for which an open breaker admits no requests. */
  rest: number;
  now?: () => number;
}
