/** A gateway's clock in whole seconds since it started, from 1: small integers, which a connection holds for next to nothing. */
export class Clock {
  /** The second it is. */
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

  /** The second of a date in ms since 1970. */
  second(date: number): number {
    return Math.floor((date - this.#start) / 1000) + 1;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
