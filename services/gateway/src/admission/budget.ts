/** What one user may still do on this gateway, over all of the user's connections. */
export class Budget {
  #frames = -1;
  #framesAt = 0;
  #sends = 0;

  /**
   * Takes tokens for a frame. Returns false if too few are left.
   *
   * @param now seconds, of any clock that does not go back
   */
  takeFrames(cost: number, now: number, { perSecond, burst }: { perSecond: number; burst: number }): boolean {
    if (this.#frames < 0) this.#frames = burst;
    else this.#frames = Math.min(burst, this.#frames + (now - this.#framesAt) * perSecond);
    this.#framesAt = now;
    if (this.#frames < cost) return false;
    this.#frames -= cost;
    return true;
  }

  /** Takes one of the sends that the shared rate limit granted. Returns false if none is left. */
  takeSend(): boolean {
    if (this.#sends === 0) return false;
    this.#sends -= 1;
    return true;
  }

  /** Adds sends that the shared rate limit granted. */
  grantSends(count: number): void {
    this.#sends += count;
  }
}
