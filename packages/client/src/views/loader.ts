import type { ParleyError } from '../error.ts';
import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';

/** Loads pages for a view, one page at a time. */
export class Loader {
  readonly #parley: Parley;
  readonly #changed: () => void;
  #current: Promise<void> | undefined;
  /** Reason why the last load failed. Undefined while a load is in progress. */
  error: ParleyError | undefined;

  /** @param changed called when `loading` or `error` has changed */
  constructor(parley: Parley, changed: () => void) {
    this.#parley = parley;
    this.#changed = changed;
  }

  get loading(): boolean {
    return this.#current !== undefined;
  }

  /**
   * Runs a load. Never rejects: `error` contains the reason of a failure. While a load is in
   * progress, returns its promise instead.
   */
  run(load: () => Promise<void>): Promise<void> {
    if (this.#current) return this.#current;
    this.error = undefined;
    this.#current = this.#run(load);
    this.#changed();
    return this.#current;
  }

  async #run(load: () => Promise<void>): Promise<void> {
    try {
      await load();
    } catch (reason) {
      // Ignores the error after sign-out, when requests fail.
      if (isConnected(this.#parley)) this.error = reason as ParleyError;
    }
    this.#current = undefined;
    this.#changed();
  }
}
