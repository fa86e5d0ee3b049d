/** A timer with at most one pending callback. */
export class Timer {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `callback` after `ms`. Cancels the pending callback. */
  restart(ms: number, callback: () => void): void {
    this.clear();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      callback();
    }, ms);
  }

  /** Calls `callback` after `ms`. No-op if a callback is pending. */
  start(ms: number, callback: () => void): void {
    if (!this.#timer) this.restart(ms, callback);
  }

  /** Cancels the pending callback. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
