/** The right to write the record stream of one bucket to PostgreSQL, for a limited time. */
export class Lease {
  readonly bucket: number;
  #until: number;

  /** @param until the end of the lease, as a value of `performance.now()` */
  constructor(bucket: number, until: number) {
    this.bucket = bucket;
    this.#until = until;
  }

  /**
   * Whether the lease is valid by this process' clock. A process that was frozen thus loses its
   * leases before it contacts Redis.
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
