/**
 * Counts request bodies that have begun and not ended, by the keys of who sends them, and caps
 * them: each holds a connection, and up to a frame of memory, until it ends or its time is up.
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

/** How many bodies of one key, such as `address 192.0.2.7`, may be unfinished. */
export interface BodyLimit {
  key: string;
  max: number;
}
