/**
 * Ms until the next attempt: doubled with each one that failed, up to `most`, and halved at random, so that clients that were cut off
 * together do not come back together.
 *
 * @param failures attempts that failed in a row, from 0
 */
export function backoff(failures: number, { first, most }: Backoff): number {
  return Math.min(most, first * 2 ** failures) * (0.5 + Math.random() / 2);
}

export interface Backoff {
  /** Ms before the first attempt that follows a failure. */
  first: number;
  /** Ms between attempts, at most. */
  most: number;
}
