/**
 * Desired number of entries of a batch. A transaction costs about 2 ms by itself and about 0.04 ms
 * per entry, so larger batches save little.
 */
const FULL_BATCH = 200;

/**
 * Decides the time between two reads of the record streams. At a low rate it is longer, so that
 * fewer transactions are written, unless a request waits for a record.
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

  /** Call it before each read. Returns whether `hurry` was called since the previous read. */
  begin(): boolean {
    const now = performance.now();
    this.#elapsed = now - this.#began;
    this.#began = now;
    const hurried = this.#hurried;
    this.#hurried = false;
    return hurried;
  }

  /** Ends the current or next wait as soon as the minimum has passed. */
  hurry(): void {
    this.#hurried = true;
    this.#wake?.();
  }

  /**
   * Resolves when the next read is due.
   *
   * @param entries number of entries of the last read
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
  /** Maximum number of entries per transaction. After a full read, the next one is due at once. */
  batch: number;
  /** Minimum ms between two reads. */
  wait: number;
  /** Maximum ms between two reads. */
  maxWait: number;
}
