import { takeUnsaved } from '../state/saved.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';

/** Ms for which changes are gathered before they are stored. */
const GATHER = 50;

/** Ms until a store is tried again that failed. */
const RETRY = 2000;

/** Stores what changed, and says how far what was received is kept. */
export class Keeper {
  readonly #options: KeeperOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Something changed. */
  gather(wait = GATHER): void {
    if (this.#options.state.dirty.size === 0) return;
    this.#timer ??= setTimeout(() => this.flush(), wait);
  }

  /** Resolves once everything is stored, or could not be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    const { state, store, keep, kept, failed } = this.#options;
    if (state.dirty.size === 0) return;
    const { cursor } = state;
    const changes = takeUnsaved(state, keep);
    try {
      await store.write(changes);
    } catch (error) {
      for (const key of Object.keys(changes)) state.dirty.add(key);
      failed(error);
      this.gather(RETRY);
      return;
    }
    if (cursor !== null && 'cursor' in changes) kept(cursor);
  }
}

export interface KeeperOptions {
  state: State;
  store: Store;
  /** Messages stored of each chat. */
  keep: number;
  /** Everything up to this cursor is stored. */
  kept(cursor: string): void;
  failed(error: unknown): void;
}
