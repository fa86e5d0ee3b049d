/**
 * Seconds since the gateway started, from 1. Small integers, which V8 stores without an allocation.
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

  /** The second of a date in Unix ms. */
  second(date: number): number {
    return Math.floor((date - this.#start) / 1000) + 1;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
