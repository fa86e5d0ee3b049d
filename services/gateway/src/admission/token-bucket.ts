/** The token bucket of one user under a rate limit. Full at first. */
export class TokenBucket {
  /** Infinite until the bucket is used. */
  #tokens = Number.POSITIVE_INFINITY;
  #refilledAt = 0;

  /**
   * Adds the tokens of the time since the last call. Returns the number of tokens in the bucket,
   * which is negative after `take` took more than the bucket held.
   *
   * @param now seconds of a monotonic clock
   */
  refill(now: number, { perSecond, burst }: RateLimit): number {
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#refilledAt) * perSecond);
    this.#refilledAt = now;
    return this.#tokens;
  }

  /** Removes tokens, even if the bucket holds fewer. Call `refill` first. */
  take(tokens: number): void {
    this.#tokens -= tokens;
  }

  /** Returns the seconds from the last refill until the bucket holds `tokens`. */
  secondsUntil(tokens: number, { perSecond }: RateLimit): number {
    return Math.max(0, (tokens - this.#tokens) / perSecond);
  }
}

/** A rate limit that is counted with token buckets. */
export interface RateLimit {
  /** Number of tokens added per second. */
  perSecond: number;
  /** Number of tokens in a full bucket. */
  burst: number;
}
