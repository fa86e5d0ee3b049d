/**
 * Limits the number of request bodies that are being received, per user and per address. Each body
 * occupies a connection, and up to the memory of a frame, until it ends or times out.
 */
export class UnfinishedBodies {
  readonly #counts = new Map<string, number>();

  /**
   * Counts a body for each key. Returns false and counts nothing if one of the keys has reached its
   * limit.
   */
  begin(limits: readonly BodyLimit[]): boolean {
    if (limits.some(({ key, max }) => (this.#counts.get(key) ?? 0) >= max)) return false;
    for (const { key } of limits) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return true;
  }

  /** Subtracts an ended body from each key. */
  end(limits: readonly BodyLimit[]): void {
    for (const { key } of limits) {
      const count = (this.#counts.get(key) ?? 0) - 1;
      if (count > 0) this.#counts.set(key, count);
      else this.#counts.delete(key);
    }
  }
}

/** Maximum number of unfinished bodies for one key, such as `address 192.0.2.7`. */
export interface BodyLimit {
  key: string;
  max: number;
}
