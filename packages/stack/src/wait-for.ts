import { setTimeout as delay } from 'node:timers/promises';

/**
 * Calls `condition` repeatedly and resolves with its first value that is not false, null or
 * undefined. Calls it again if it throws. After `timeout` ms, rejects with `message`, and with the
 * last error as the cause.
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
  /** Maximum ms to wait. Default: 10 000. */
  timeout?: number;
  /** Ms between two calls of `condition`. Default: 20. */
  interval?: number;
  /** Message of the error, or a function that returns the message. */
  message?: string | (() => string);
}
