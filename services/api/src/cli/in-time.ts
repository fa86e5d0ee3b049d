import { setTimeout as delay } from 'node:timers/promises';

/** Ms after which a server that does not respond counts as unavailable. */
export const TIMEOUT_MS = 5000;

/**
 * Resolves as `work` does. Rejects if it does not settle within `TIMEOUT_MS`.
 * @param server its name
 */
export async function inTime<T>(server: string, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = delay(TIMEOUT_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`${server} does not respond within ${TIMEOUT_MS / 1000} s`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([work(), late]);
  } finally {
    stop.abort();
  }
}
