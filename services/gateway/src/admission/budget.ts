/** The rate-limit budget of one user at this gateway, shared by all connections of the user. */
export class Budget {
  /** Unused tokens that the shared rate limits granted to this gateway. */
  readonly granted: Record<RateName, number> = { send: 0, mutation: 0, mark: 0, typing: 0, lookup: 0, bytes: 0 };
  /** Pending requests to Redis for more tokens. */
  readonly acquiring = new Map<RateName, Promise<void>>();
  /** Number of commands that wait for a pending request for tokens. */
  readonly waiting: Record<RateName, number> = { send: 0, mutation: 0, mark: 0, typing: 0, lookup: 0, bytes: 0 };
  /** Number of frames and frame bytes that the user may send now. -1 before the first frame. */
  #frames = -1;
  #frameBytes = 0;
  #refilledAt = 0;

  /**
   * Charges a frame to the budget. Returns false if the user has sent too many frames or bytes.
   *
   * @param frames the cost of the frame, as a number of frames
   * @param bytes the size of the frame
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
   * Returns the ms after which the budget is full again. The gateway must keep the user's entry
   * until then, because a new entry would have a full budget.
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

/**
 * Name of a rate limit that applies to a user on all gateways together. `bytes` limits the bytes
 * that the user's commands write to Redis.
 */
export type RateName = 'send' | 'mutation' | 'mark' | 'typing' | 'lookup' | 'bytes';

/** Rate limits on the frames that a user sends to one gateway. */
export interface FrameRates {
  frames: RateLimit;
  frameBytes: RateLimit;
}

/** A token bucket. */
export interface RateLimit {
  /** Number of tokens that the bucket regains per second. */
  perSecond: number;
  /** Maximum number of tokens in the bucket. */
  burst: number;
}
