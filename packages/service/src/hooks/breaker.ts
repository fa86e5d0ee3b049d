/**
 * Keeps requests from an endpoint that fails: after `failures` in a row none is made for `rest` ms,
 * then one that decides.
 */
export class Breaker {
  readonly #failures: number;
  readonly #rest: number;
  readonly #now: () => number;
  #inARow = 0;
  #closedUntil = 0;
  #trying = false;

  /** @param now returns the ms of a clock that never goes back */
  constructor({ failures, rest, now = () => performance.now() }: BreakerOptions) {
    this.#failures = failures;
    this.#rest = rest;
    this.#now = now;
  }

  /** Whether no request may be made. */
  get open(): boolean {
    return this.#inARow >= this.#failures;
  }

  /** Ms until the next request may be made. */
  get wait(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /** Whether a request may be made now. Each is followed by `succeeded` or `failed`. */
  admit(): boolean {
    if (!this.open) return true;
    if (this.wait > 0 || this.#trying) return false;
    this.#trying = true;
    return true;
  }

  /** Counts a request that succeeded. Returns whether that ended a rest. */
  succeeded(): boolean {
    const ended = this.open;
    this.#trying = false;
    this.#inARow = 0;
    return ended;
  }

  /** Counts a request that failed. Returns whether a rest began that was not there before. */
  failed(): boolean {
    const began = this.#inARow + 1 === this.#failures;
    this.#trying = false;
    this.#inARow += 1;
    if (this.open) this.#closedUntil = this.#now() + this.#rest;
    return began;
  }
}

export interface BreakerOptions {
  /** Failures in a row. */
  failures: number;
  /** Ms. */
  rest: number;
  now?: () => number;
}
