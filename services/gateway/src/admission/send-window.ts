import { limits } from '@parley/protocol';

/**
 * Maximum number of receivers whose permit fence (a counter of permission changes) the send window
 * stores.
 */
const MAX_FENCES = 64;

/**
 * The send window of one sender: caps the number of unacknowledged messages and keeps their order.
 */
export class SendWindow {
  #inFlight = 0;
  #admitted = 0;
  /** Resolves the promise that waits until `#admitted` is 0. */
  #settled: (() => void) | undefined;
  readonly #turns = new Turns();
  #retries: Turns | undefined;
  /**
   * Permit fence of the last message to each receiver. The fence is a counter that the api
   * increments when it withdraws a user's permission to write to another. Receivers with the fence
   * 0 are left out.
   */
  #fences: Map<number, number> | undefined;

  /** Number of messages that are not acknowledged yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * True while a message waits for its turn. Later messages then wait too, which keeps their order.
   */
  get waiting(): boolean {
    return this.#turns.busy;
  }

  /**
   * Counts a message as unacknowledged until `end` is called. Returns false if the sender already
   * has as many unacknowledged messages as the protocol allows.
   */
  begin(): boolean {
    if (this.#inFlight >= limits.inFlight) return false;
    this.#inFlight += 1;
    return true;
  }

  end(): void {
    this.#inFlight -= 1;
  }

  /**
   * Runs `work` after all earlier calls of this method have settled. Resolves or rejects as `work`
   * does.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.run(work);
  }

  /**
   * Runs `work` like `inTurn`, but in a second queue: for messages that were admitted and whose
   * permission must be checked again.
   */
  inTurnOfRetries<T>(work: () => Promise<T>): Promise<T> {
    this.#retries ??= new Turns();
    return this.#retries.run(work);
  }

  /**
   * Returns whether a message can be sent to Redis while earlier messages to the same receiver are
   * in flight. This is safe if the permit fence (a counter of permission changes) is the same.
   * Otherwise Redis might reject the earlier messages, and the gateway repeats them first.
   */
  hasFence(to: number, fence: number): boolean {
    return fence === (this.#fences?.get(to) ?? 0);
  }

  /**
   * Resolves at once if earlier messages to this receiver had the same permit fence (a counter of
   * permission changes), otherwise when all admitted messages have settled. Must be called within
   * `inTurn`, so that no later message is admitted first.
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

  /** Counts an admitted message as settled: Redis has accepted or rejected it. */
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
