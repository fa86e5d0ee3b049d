/**
 * Seconds since the gateway started, beginning at 1. Such small integers need no allocation in V8.
 */
export class Clock {
  /** The current second. */
  now = 1;
  readonly #start = Date.now();
  readonly #timer: NodeJS.Timeout;

  /** Calls `tick` once a second. */
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
