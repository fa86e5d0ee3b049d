/**
 * Returns the ms to wait before the next attempt. The delay doubles with each failure up to `most`,
 * and is reduced by a random 0 to 50 %. Clients that lost their connections at the same time
 * therefore do not reconnect at the same time.
 *
 * @param failures number of consecutive failures, from 0
 */
export function backoff(failures: number, { first, most }: Backoff): number {
  return Math.min(most, first * 2 ** failures) * (0.5 + Math.random() / 2);
}

/** Delays between attempts to connect. */
export interface Backoff {
  /** Maximum delay after the first failure, in ms. It doubles with each further failure. */
  first: number;
  /** Upper limit of the delay, in ms. */
  most: number;
}
