/** A timer that is set again and again. */
export class Alarm {
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Rings once after `ms`, instead of when it was to ring before. */
  set(ms: number, ring: () => void): void {
    this.clear();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      ring();
    }, ms);
  }

  /** Rings once after `ms`, unless it is to ring already. */
  ensure(ms: number, ring: () => void): void {
    if (!this.#timer) this.set(ms, ring);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
