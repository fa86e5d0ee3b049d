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
  readonly #readBytes = new TokenBucket();

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
   * Charges bytes that the gateway has read from the user's inbox. The budget can become negative.
   */
  takeRead(bytes: number, now: number, { readBytes }: LocalRates): void {
    this.#readBytes.refill(now, readBytes);
    this.#readBytes.take(bytes);
  }

  /**
   * Returns the ms until the budget for reads is no longer negative. The gateway reads the inbox
   * again after that time.
   */
  msUntilRead(now: number, { readBytes }: LocalRates): number {
    this.#readBytes.refill(now, readBytes);
    return Math.ceil(1000 * this.#readBytes.secondsUntil(0, readBytes));
  }

  /**
   * Returns the ms after which the budget is full again. The gateway must keep the user's entry
   * until then, because a new entry would have a full budget.
   */
  msUntilFull(rates: LocalRates): number {
    const { frames, frameBytes, readBytes } = rates;
    const seconds = Math.max(
      this.#frames.secondsUntil(frames.burst, frames),
      this.#frameBytes.secondsUntil(frameBytes.burst, frameBytes),
      this.#readBytes.secondsUntil(readBytes.burst, readBytes),
    );
    return Math.ceil(1000 * seconds);
  }
}

/**
 * Name of a rate limit that applies to a user on all gateways together. `bytes` limits the bytes
 * that the user's commands write to Redis.
 */
export type RateName = 'send' | 'mutation' | 'mark' | 'typing' | 'lookup' | 'bytes';

/** Rate limits of a user that each gateway counts on its own. */
export interface LocalRates {
  /** Limit on the number of frames that the user sends. */
  frames: RateLimit;
  /** Limit on the bytes of the frames that the user sends. */
  frameBytes: RateLimit;
  /** Limit on the bytes that the gateway reads from the user's inbox. */
  readBytes: RateLimit;
}
