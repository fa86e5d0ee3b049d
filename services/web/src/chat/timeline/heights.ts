/**
 * Where the rows of a list stand, counted in pixels from its end: what comes in above moves nothing. Rows that were not seen yet
 * have an estimated height.
 */
export class Heights {
  readonly #known = new Map<string, number>();
  readonly #estimate: (row: { key: string }) => number;
  #ends = new Float64Array(0);
  #index = new Map<string, number>();
  /** Pixels below the last row that stand for rows no longer at hand. */
  below = 0;
  /** Of the whole list. */
  total = 0;

  constructor(estimate: (row: { key: string }) => number) {
    this.#estimate = estimate;
  }

  /** Takes a row's height. False when that was known. */
  measure(key: string, height: number): boolean {
    if (this.#known.get(key) === height) return false;
    this.#known.set(key, height);
    return true;
  }

  height(row: { key: string }): number {
    return this.#known.get(row.key) ?? this.#estimate(row);
  }

  /** Sets the rows out anew. */
  layOut(rows: readonly { key: string }[]): void {
    this.#ends = new Float64Array(rows.length);
    this.#index = new Map();
    let end = this.below;
    for (let at = rows.length - 1; at >= 0; at--) {
      const row = rows[at] as { key: string };
      this.#ends[at] = end;
      this.#index.set(row.key, at);
      end += this.height(row);
    }
    this.total = end;
  }

  /** Pixels between a row's lower edge and the end of the list; undefined when it is not at hand. */
  end(key: string): number | undefined {
    const at = this.#index.get(key);
    return at === undefined ? undefined : this.#ends[at];
  }

  /** The lower edge of a row by its place. */
  endAt(at: number): number {
    return this.#ends[at] ?? this.below;
  }

  /**
   * The rows of which something lies between two distances from the end.
   *
   * @returns the place of the first, and that after the last
   */
  range(from: number, to: number): [start: number, stop: number] {
    const start = this.#firstWhere((end) => end < to);
    const upper = this.#firstWhere((end) => end <= from);
    return [start, Math.min(this.#ends.length, upper + 1)];
  }

  /** The first row, from the top, whose lower edge fulfils a condition that holds for all below it. */
  #firstWhere(holds: (end: number) => boolean): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#ends[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
