/**
 * Returns the ms to wait before the next attempt. Doubles with each failure up to `most`, and is
 * reduced by a random 0 to 50 %, so that clients that lost their connections at the same time do
 * not reconnect at the same time.
 *
 * @param failures consecutive failures, from 0
 */
export function backoff(failures: number, { first, most }: Backoff): number {
  return Math.min(most, first * 2 ** failures) * (0.5 + Math.random() / 2);
}

/** Delays between attempts. */
export interface Backoff {
  /** The maximum delay after the first failure, in ms. */
  first: number;
  /** The maximum delay, in ms. */
  most: number;
}
