import { setTimeout as delay } from 'node:timers/promises';

/**
 * Resolves with the first value of `condition` that is not false, null or undefined. A condition that throws counts as
 * not yet met. Rejects after `timeout` ms (10 s unless given) with `message` and the last error as its cause.
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
  /** Longest wait in ms; 10 000 unless given. */
  timeout?: number;
  /** Pause between two looks in ms; 20 unless given. */
  interval?: number;
  /** What was waited for, asked at the end when it is a function. */
  message?: string | (() => string);
}
