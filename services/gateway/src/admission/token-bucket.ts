/** A token bucket, which counts the use of a rate limit by one user. It is full at first. */
export class TokenBucket {
  /** Number of tokens in the bucket. Infinite until the bucket is used for the first time. */
  #tokens = Number.POSITIVE_INFINITY;
  #refilledAt = 0;

  /**
   * Adds the tokens for the time since the last call. Returns the number of tokens in the bucket.
   * It is negative if `take` has removed more tokens than the bucket held.
   *
   * @param now seconds of a monotonic clock
   */
  refill(now: number, { perSecond, burst }: RateLimit): number {
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#refilledAt) * perSecond);
    this.#refilledAt = now;
    return this.#tokens;
  }

  /** Removes tokens, even if the bucket holds fewer. `refill` must be called before. */
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
