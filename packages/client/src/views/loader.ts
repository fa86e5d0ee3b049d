import type { ParleyError } from '../error.ts';
import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';

/** Loads pages for a view, one at a time. */
export class Loader {
  readonly #parley: Parley;
  readonly #changed: () => void;
  #current: Promise<void> | undefined;
  /** Why the last load failed. Undefined during a load. */
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
   * Runs a load. Never rejects: `error` has the reason of a failure. Returns the promise of the
   * current load if there is one.
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
      // Requests fail after sign-out.
      if (isConnected(this.#parley)) this.error = reason as ParleyError;
    }
    this.#current = undefined;
    this.#changed();
  }
}
