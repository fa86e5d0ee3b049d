/**
 * The right of a recorder to write the record stream of one bucket to PostgreSQL, for a limited
 * time.
 */
export class Lease {
  readonly bucket: number;
  #until: number;

  /** @param until when the lease ends, as a value of `performance.now()` */
  constructor(bucket: number, until: number) {
    this.bucket = bucket;
    this.#until = until;
  }

  /**
   * True if the lease is valid by this process's clock. A process that was frozen therefore loses
   * its leases before it contacts Redis again.
   */
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
