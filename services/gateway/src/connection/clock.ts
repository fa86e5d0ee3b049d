/**
 * Clock that counts the seconds since the gateway started, from 1. V8 stores such small integers
 * without an allocation.
 */
export class Clock {
  /** The current second. */
  now = 1;
  readonly #start = Date.now();
  readonly #timer: NodeJS.Timeout;

  /** Calls `tick` once per second. */
  constructor(tick: () => void) {
    this.#timer = setInterval(() => {
      this.now = this.second(Date.now());
      tick();
    }, 1000);
  }

  /** Converts a date in Unix ms to seconds of this clock. */
  second(date: number): number {
    return Math.floor((date - this.#start) / 1000) + 1;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
