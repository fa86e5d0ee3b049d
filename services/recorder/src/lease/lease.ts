/** The right to write what one bucket's record stream holds, for a limited time. */
export class Lease {
  readonly bucket: number;
  #until: number;

  /** @param until on the clock of `performance.now()` */
  constructor(bucket: number, until: number) {
    this.bucket = bucket;
    this.#until = until;
  }

  /** Whether it still holds. A process that was frozen finds its leases ended by its own clock, before it asks Redis. */
  get held(): boolean {
    return performance.now() < this.#until;
  }

  extend(until: number): void {
    this.#until = until;
  }

  end(): void {
    this.#until = Number.NEGATIVE_INFINITY;
  }
}
