/**
 * Desired number of entries in a batch. A transaction takes about 2 ms plus about 0.04 ms per
 * entry, so larger batches save little time.
 */
const FULL_BATCH = 200;

/**
 * Determines the time between two reads of the record streams. If fewer entries arrive, the time is
 * longer, so that the recorder commits fewer transactions. A request for a record shortens the
 * time.
 */
export class Pace {
  readonly #options: PaceOptions;
  #began = Number.NEGATIVE_INFINITY;
  #elapsed = 0;
  #hurried = false;
  #wake: (() => void) | undefined;

  constructor(options: PaceOptions) {
    this.#options = options;
  }

  /**
   * Starts a new cycle. Call it before each read. Returns whether `hurry` was called since the
   * previous read.
   */
  begin(): boolean {
    const now = performance.now();
    this.#elapsed = now - this.#began;
    this.#began = now;
    const hurried = this.#hurried;
    this.#hurried = false;
    return hurried;
  }

  /** Ends the current or the next wait as soon as the minimum time between two reads has passed. */
  hurry(): void {
    this.#hurried = true;
    this.#wake?.();
  }

  /**
   * Resolves when the next read is due.
   *
   * @param entries number of entries that the last read returned
   */
  async wait(entries: number): Promise<void> {
    const { batch, wait, maxWait } = this.#options;
    if (entries >= batch) return;
    await this.#sleep(this.#began + wait);
    const untilFull = (this.#elapsed * FULL_BATCH) / entries;
    if (!this.#hurried) await this.#sleep(this.#began + Math.min(untilFull, maxWait), true);
  }

  async #sleep(until: number, mayWake = false): Promise<void> {
    const rest = until - performance.now();
    if (rest <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, rest);
      if (!mayWake) return;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}

export interface PaceOptions {
  /**
   * Maximum number of entries per transaction. If a read returns so many, the next read is due at
   * once.
   */
  batch: number;
  /** Minimum ms between two reads of the record streams. */
  wait: number;
  /** Maximum ms between two reads of the record streams. */
  maxWait: number;
}
