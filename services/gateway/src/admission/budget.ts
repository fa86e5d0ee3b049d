import { type RateLimit, TokenBucket } from './token-bucket.ts';

/** The rate-limit budget of one user at this gateway, shared by all connections of the user. */
export class Budget {
  /** Unused tokens that the shared rate limits granted to this gateway. */
  readonly granted: Record<RateName, number> = { send: 0, mutation: 0, mark: 0, typing: 0, lookup: 0, bytes: 0 };
  /** Pending requests to Redis for more tokens. */
  readonly acquiring = new Map<RateName, Promise<void>>();
  /** Number of commands that wait for a pending request for tokens. */
  readonly waiting: Record<RateName, number> = { send: 0, mutation: 0, mark: 0, typing: 0, lookup: 0, bytes: 0 };
  readonly #frames = new TokenBucket();
  readonly #frameBytes = new TokenBucket();

  /**
   * Charges a frame to the budget. Returns false if the user has sent too many frames or bytes.
   *
   * @param frames the cost of the frame, as a number of frames
   * @param bytes the size of the frame
   * @param now seconds of a monotonic clock
   */
  takeFrame(frames: number, bytes: number, now: number, rates: LocalRates): boolean {
    if (this.#frames.refill(now, rates.frames) < frames) return false;
    if (this.#frameBytes.refill(now, rates.frameBytes) < bytes) return false;
    this.#frames.take(frames);
    this.#frameBytes.take(bytes);
    return true;
  }

  /**
   * Returns the ms after which the budget is full again. The gateway must keep the user's entry
   * until then, because a new entry would have a full budget.
   */
  msUntilFull(rates: LocalRates): number {
    const { frames, frameBytes } = rates;
    const seconds = Math.max(
      this.#frames.secondsUntil(frames.burst, frames),
      this.#frameBytes.secondsUntil(frameBytes.burst, frameBytes),
    );
    return Math.ceil(1000 * seconds);
  }
}

/**
 * Name of a rate limit that applies to a user on all gateways together. `bytes` limits the bytes
 * that the user's commands write to Redis.
 */
export type RateName = 'send' | 'mutation' | 'mark' | 'typing' | 'lookup' | 'bytes';

/** Rate limits on the frames that a user sends to one gateway. */
export interface LocalRates {
  frames: RateLimit;
  frameBytes: RateLimit;
}
