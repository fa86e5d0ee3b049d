/**
 * The heights and positions of the rows of a list. Positions are in pixels from the list's end, so
 * that rows added above do not move others. A row that was not measured yet has an estimated
 * height.
 */
export class Heights {
  readonly #known = new Map<string, number>();
  readonly #estimate: (row: { key: string }) => number;
  #ends = new Float64Array(0);
  #index = new Map<string, number>();
  /**
   * Height in pixels of the empty space below the last row. It stands for newer rows that are no
   * longer loaded.
   */
  below = 0;
  /** Height of the whole list, in pixels. */
  total = 0;

  constructor(estimate: (row: { key: string }) => number) {
    this.#estimate = estimate;
  }

  /** Stores the measured height of a row. Returns false if it is the same as before. */
  measure(key: string, height: number): boolean {
    if (this.#known.get(key) === height) return false;
    this.#known.set(key, height);
    return true;
  }

  height(row: { key: string }): number {
    return this.#known.get(row.key) ?? this.#estimate(row);
  }

  /** Computes the position of every row from the heights. */
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

  /**
   * Returns the distance in pixels from a row's lower edge to the end of the list. Undefined if the
   * row is not loaded.
   */
  end(key: string): number | undefined {
    const at = this.#index.get(key);
    return at === undefined ? undefined : this.#ends[at];
  }

  /**
   * Returns the distance in pixels from the lower edge of the row with this index to the end of the
   * list.
   */
  endAt(at: number): number {
    return this.#ends[at] ?? this.below;
  }

  /**
   * Returns which rows lie between two distances from the end of the list.
   *
   * @returns the index of the first row, and the index after the last
   */
  range(from: number, to: number): [start: number, stop: number] {
    const start = this.#firstWhere((end) => end < to);
    const upper = this.#firstWhere((end) => end <= from);
    return [start, Math.min(this.#ends.length, upper + 1)];
  }

  /**
   * Returns the index of the topmost row whose lower edge meets a condition. The condition must
   * also hold for all rows below it, because this is a binary search.
   */
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
