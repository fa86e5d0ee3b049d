/**
 * Counts and limits request bodies that have begun but not ended, per user and per address. Each
 * one occupies a connection, and up to the memory of a frame, until it ends or times out.
 */
export class UnfinishedBodies {
  readonly #counts = new Map<string, number>();

  /** Adds one to each key. Returns false, and adds nothing, if a key has reached its limit. */
  begin(limits: readonly BodyLimit[]): boolean {
    if (limits.some(({ key, max }) => (this.#counts.get(key) ?? 0) >= max)) return false;
    for (const { key } of limits) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return true;
  }

  /** Subtracts one from each key. */
  end(limits: readonly BodyLimit[]): void {
    for (const { key } of limits) {
      const count = (this.#counts.get(key) ?? 0) - 1;
      if (count > 0) this.#counts.set(key, count);
      else this.#counts.delete(key);
    }
  }
}

/** Limits the number of unfinished bodies for one key, such as `address 192.0.2.7`. */
export interface BodyLimit {
  key: string;
  max: number;
}
