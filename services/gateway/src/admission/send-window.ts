import { limits } from '@parley/protocol';

/** The unacknowledged messages of one sender: caps their number and keeps their order. */
export class SendWindow {
  #inFlight = 0;
  #ahead: Promise<void> | undefined;

  /** Messages that are not acknowledged yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** True while a message waits for something that later ones would not wait for. */
  get waiting(): boolean {
    return this.#ahead !== undefined;
  }

  /**
   * Counts a message until `end`. Returns false if as many as the protocol allows are
   * unacknowledged.
   */
  begin(): boolean {
    if (this.#inFlight >= limits.inFlight) return false;
    this.#inFlight += 1;
    return true;
  }

  end(): void {
    this.#inFlight -= 1;
  }

  /** Starts `work` once the works before it have settled. Resolves or rejects as `work` does. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#ahead ? this.#ahead.then(work) : work();
    const ahead = mine.then(
      () => {},
      () => {},
    );
    this.#ahead = ahead;
    ahead.then(() => {
      if (this.#ahead === ahead) this.#ahead = undefined;
    });
    return mine;
  }
}
