import { limits } from '@parley/protocol';

/** Maximum number of receivers whose permit fence is cached. */
const MAX_FENCES = 64;

/** The unacknowledged messages of one sender: caps their number and keeps their order. */
export class SendWindow {
  #inFlight = 0;
  #admitted = 0;
  /** Resolves the promise that waits until `#admitted` is 0. */
  #settled: (() => void) | undefined;
  readonly #turns = new Turns();
  #retries: Turns | undefined;
  /** Permit fences of the last messages by their receiver. Fences that are 0 are left out. */
  #fences: Map<number, number> | undefined;

  /** Number of messages that are not acknowledged yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** True while a message waits. Later messages must then wait too, which keeps their order. */
  get waiting(): boolean {
    return this.#turns.busy;
  }

  /**
   * Counts a message until `end` is called. Returns false if the sender already has as many
   * unacknowledged messages as the protocol allows.
   */
  begin(): boolean {
    if (this.#inFlight >= limits.inFlight) return false;
    this.#inFlight += 1;
    return true;
  }

  end(): void {
    this.#inFlight -= 1;
  }

  /** Runs `work` after all earlier calls have settled. Resolves or rejects as `work` does. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(work);
  }

  /** Like `inTurn`, for admitted messages that must read their permit again. */
  inTurnOfRetries<T>(work: () => Promise<T>): Promise<T> {
    this.#retries ??= new Turns();
    return this.#retries.run(work);
  }

  /**
   * Returns whether a message with this permit fence may be accepted at the same time as earlier
   * ones. Earlier messages with another fence may be rejected and repeated, so they must settle
   * first.
   */
  hasFence(to: number, fence: number): boolean {
    return fence === (this.#fences?.get(to) ?? 0);
  }

  /**
   * Resolves at once if the earlier messages had the same fence, else when all admitted messages
   * have settled. Call it within `inTurn`, so that no later message is admitted first.
   */
  async waitForFence(to: number, fence: number): Promise<void> {
    if (this.hasFence(to, fence)) return;
    while (this.#admitted > 0) await new Promise<void>((resolve) => (this.#settled = resolve));
    if ((this.#fences?.size ?? 0) >= MAX_FENCES) this.#fences = undefined;
    this.#fences ??= new Map();
    this.#fences.set(to, fence);
  }

  /** Counts a message as admitted until `settle` is called. */
  admit(): void {
    this.#admitted += 1;
  }

  /** Call it when an admitted message was accepted or rejected. */
  settle(): void {
    this.#admitted -= 1;
    if (this.#admitted > 0) return;
    this.#settled?.();
    this.#settled = undefined;
  }
}

/** Runs async functions one after the other. */
class Turns {
  #ahead: Promise<void> | undefined;

  /** True while a function runs or waits. */
  get busy(): boolean {
    return this.#ahead !== undefined;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
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
