/** Number of frames per user that FairShare admits before it has identified users who flood. */
const INITIAL_FRAMES = 4;

/**
 * Number of `divide` calls after which a user who sends nothing is evicted. Clients wait longer
 * than that (`retryAfter`), so a retry is not counted as flooding.
 */
const FORGET_AFTER = 10;

/**
 * Finds the users who flood an overloaded gateway. It counts only frames that arrive during an
 * overload, so it costs nothing otherwise.
 */
export class FairShare {
  /** Number of frames per user, minus the user's share of the frames that have finished since. */
  readonly #frames = new Map<number, number>();

  /** Counts a frame of a user. Returns true if the user has sent no more than an equal share. */
  count(user: number): boolean {
    const frames = this.#frames.get(user) ?? 0;
    // Rejected frames count too, so that retrying at once gains nothing.
    this.#frames.set(user, frames + 1);
    return frames < INITIAL_FRAMES;
  }

  /**
   * Subtracts from each counted user an equal share of the frames that finished since the last
   * call. Called ten times a second.
   *
   * @param finished number of frames that finished since the last call
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
