import { type Check, failed, ok, warning } from './check.ts';

/**
 * Clock differences in ms: from `WARN_MS` on, dates are visibly wrong; from `FAIL_MS` on, services
 * might refuse tokens.
 */
const WARN_MS = 1000;
const FAIL_MS = 30_000;

/** Number of times that a server's clock is read. The reading with the fastest reply counts. */
const SAMPLES = 3;

/**
 * Returns the number of ms by which a server's clock is ahead of this machine's clock.
 *
 * @param read returns the server's time in Unix ms
 */
export async function clockDifference(read: () => Promise<number>): Promise<number> {
  let best = { difference: 0, took: Number.POSITIVE_INFINITY };
  for (let i = 0; i < SAMPLES; i += 1) {
    const sent = Date.now();
    const theirs = await read();
    const took = Date.now() - sent;
    if (took < best.took) best = { difference: theirs - sent - took / 2, took };
  }
  return Math.round(best.difference);
}

/** Checks the difference between a server's clock and this machine's clock. */
export function checkClock(name: string, server: string, difference: number): Check {
  const detail = `The clock of ${server} is ${Math.abs(difference)} ms ${difference < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (Math.abs(difference) > FAIL_MS) return failed(name, `${detail}. Synchronise both by NTP: tokens may be refused`);
  if (Math.abs(difference) > WARN_MS) return warning(name, `${detail}. Synchronise both by NTP`);
  return ok(name, detail);
}
