/**
 * The remaining budget of one user at this gateway under the rate limits, over all connections of
 * the user.
 */
export class Budget {
  /** Unused tokens that the shared rate limits granted to this gateway. */
  readonly granted: Record<RateName, number> = { send: 0, mutation: 0, mark: 0, typing: 0, lookup: 0, bytes: 0 };
  /** Pending requests to Redis for more tokens. */
  readonly acquiring = new Map<RateName, Promise<void>>();
  /** Number of commands that wait for a pending request. */
  readonly waiting: Record<RateName, number> = { send: 0, mutation: 0, mark: 0, typing: 0, lookup: 0, bytes: 0 };
  /** Frames and their bytes that the user may send now. -1 before the first frame. */
  #frames = -1;
  #frameBytes = 0;
  #refilledAt = 0;

  /**
   * Charges a frame. Returns false if the user has sent too many frames or bytes.
   *
   * @param frames the cost of the frame, as a number of frames
   * @param bytes its size
   * @param now seconds of a monotonic clock
   */
  takeFrame(frames: number, bytes: number, now: number, rates: FrameRates): boolean {
    const seconds = this.#frames < 0 ? Number.POSITIVE_INFINITY : now - this.#refilledAt;
    this.#frames = refill(this.#frames, seconds, rates.frames);
    this.#frameBytes = refill(this.#frameBytes, seconds, rates.frameBytes);
    this.#refilledAt = now;
    if (this.#frames < frames || this.#frameBytes < bytes) return false;
    this.#frames -= frames;
    this.#frameBytes -= bytes;
    return true;
  }

  /**
   * Returns the ms after which the budget is full again. Until then, the user's entry must be kept,
   * because a new one would have a full budget.
   */
  msUntilFull(rates: FrameRates): number {
    if (this.#frames < 0) return 0;
    const { frames, frameBytes } = rates;
    const missing = (limit: RateLimit, left: number) => (limit.burst - left) / limit.perSecond;
    return Math.ceil(1000 * Math.max(missing(frames, this.#frames), missing(frameBytes, this.#frameBytes)));
  }
}

function refill(tokens: number, seconds: number, { perSecond, burst }: RateLimit): number {
  return Math.min(burst, tokens + seconds * perSecond);
}

/** A rate limit of a user that all gateways share. `bytes` counts what commands write to Redis. */
export type RateName = 'send' | 'mutation' | 'mark' | 'typing' | 'lookup' | 'bytes';

/** The rate limits of a user's frames on one gateway. */
export interface FrameRates {
  frames: RateLimit;
  frameBytes: RateLimit;
}

/** A token bucket. */
export interface RateLimit {
  /** Tokens added per second. */
  perSecond: number;
  /** Tokens that the full bucket holds. */
  burst: number;
}
