/** A timer that holds at most one pending callback. */
export class Timer {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `callback` after `ms`, and cancels the pending callback if there is one. */
  restart(ms: number, callback: () => void): void {
    this.clear();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      callback();
    }, ms);
  }

  /** Calls `callback` after `ms`. No-op if a callback is already pending. */
  start(ms: number, callback: () => void): void {
    if (!this.#timer) this.restart(ms, callback);
  }

  /** Cancels the pending callback. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
