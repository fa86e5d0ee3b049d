/**
 * Frames of each user that count as a fair share from the start, until flooding users are
 * identified.
 */
const INITIAL_FRAMES = 4;

/**
 * Calls of `divide` after which a silent user is forgotten. `retryAfter` is longer, so a retry does
 * not count against the user.
 */
const FORGET_AFTER = 10;

/**
 * Distinguishes users who flood from others while a gateway is overloaded. Counts only frames that
 * arrive during an overload, so it costs nothing otherwise.
 */
export class FairShare {
  /** Frames of each user minus the user's share of the frames that finished since. */
  readonly #frames = new Map<number, number>();

  /** Counts a frame. Returns true if its user stays within an equal share. */
  count(user: number): boolean {
    const frames = this.#frames.get(user) ?? 0;
    // Rejected frames count too, so that retrying at once gains nothing.
    this.#frames.set(user, frames + 1);
    return frames < INITIAL_FRAMES;
  }

  /**
   * Divides the frames that finished since the last call among the counted users. Called ten times
   * a second.
   */
  divide(finished: number): void {
    const share = Math.max(1 / FORGET_AFTER, finished / this.#frames.size);
    const most = INITIAL_FRAMES + (FORGET_AFTER - 1) * share;
    for (const [user, frames] of this.#frames) {
      if (frames > share) this.#frames.set(user, Math.min(frames, most) - share);
      else this.#frames.delete(user);
    }
  }
}
