import { setTimeout as delay } from 'node:timers/promises';

/** Ms without a response after which a server counts as unavailable. */
export const TIMEOUT_MS = 5000;

/**
 * Resolves with the result of `work`. Rejects if `work` does not settle within `TIMEOUT_MS`.
 * @param server name of the server, for the error message
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
