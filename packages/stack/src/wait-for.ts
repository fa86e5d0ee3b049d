import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves with the first value of `condition` that is not false, null or undefined. If it throws,
 * it is called again later. Rejects after `timeout` ms with `message`, and the last error as its
 * cause.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  { timeout = 10_000, interval = 20, message = 'condition not met' }: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined)
        return value as Exclude<T, false | null | undefined>;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`${typeof message === 'function' ? message() : message} within ${timeout} ms`, { cause });
    }
    await delay(interval);
  }
}

export interface WaitOptions {
  /** Timeout in ms. Default: 10 000. */
  timeout?: number;
  /** Ms between two checks. Default: 20. */
  interval?: number;
  /** Error message, or a function that returns it. */
  message?: string | (() => string);
}
