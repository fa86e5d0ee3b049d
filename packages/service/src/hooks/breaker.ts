/**
 * A circuit breaker. After `failures` consecutive failures, it admits no requests for `rest` ms,
 * and then one trial request. Its result closes the breaker, or opens it again.
 */
export class Breaker {
  readonly #failures: number;
  readonly #rest: number;
  readonly #now: () => number;
  #inARow = 0;
  #openUntil = 0;
  #trying = false;

  /** @param now returns the ms of a clock that never goes back */
  constructor({ failures, rest, now = () => performance.now() }: BreakerOptions) {
    this.#failures = failures;
    this.#rest = rest;
    this.#now = now;
  }

  /** True while the endpoint gets no requests. */
  get open(): boolean {
    return this.#inARow >= this.#failures;
  }

  /** Ms until the next request may be made. */
  get wait(): number {
    return Math.max(0, this.#openUntil - this.#now());
  }

  /**
   * Returns whether a request may be made now. Call `succeeded` or `failed` after each admitted
   * request.
   */
  admit(): boolean {
    if (!this.open) return true;
    if (this.wait > 0 || this.#trying) return false;
    this.#trying = true;
    return true;
  }

  /** Records a request that succeeded. Returns whether the breaker was open before. */
  succeeded(): boolean {
    const ended = this.open;
    this.#trying = false;
    this.#inARow = 0;
    return ended;
  }

  /**
   * Records a request that failed. Returns whether this opened the breaker. Returns false if it was
   * open already.
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
  /** Consecutive failures that open the breaker. */
  failures: number;
  /** Ms for which an open breaker admits no requests. */
  rest: number;
  now?: () => number;
}
