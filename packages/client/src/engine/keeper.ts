import { Alarm } from '../alarm.ts';
import type { StorageStatus } from '../state/change.ts';
import { takeUnsaved } from '../state/saved.ts';
import type { Context, Part } from './part.ts';

/** Ms for which changes are gathered before they are stored. */
const GATHER = 50;

/** Ms until a store is tried again that failed. */
const RETRY = 2000;

/** Ms between two acknowledgements. */
const PAUSE = 1000;

/** Stores what changed, and acknowledges what was received once it is stored: the last event alone, now and then. */
export class Keeper implements Part {
  readonly #context: Context;
  readonly #alarm = new Alarm();
  readonly #acknowledging = new Alarm();
  #writing: Promise<void> = Promise.resolve();
  /** Everything up to here is stored; undefined once that is acknowledged. */
  #cursor: string | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Something may have changed. */
  gather(wait = GATHER): void {
    if (this.#context.state.dirty.size > 0) this.#alarm.ensure(wait, () => this.flush());
  }

  /** Resolves once everything is stored, or could not be. */
  flush(): Promise<void> {
    this.#alarm.clear();
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  start(): void {
    if (this.#cursor !== undefined) this.#acknowledging.ensure(PAUSE, () => this.acknowledge());
  }

  stop(): void {
    this.#acknowledging.clear();
  }

  /** Acknowledges what is stored. */
  acknowledge(): void {
    if (this.#cursor !== undefined) this.#context.send({ type: 'received', cursor: this.#cursor });
    this.#cursor = undefined;
  }

  async #write(): Promise<void> {
    const { state, store, keep, failed } = this.#context;
    const { cursor } = state;
    const changes = takeUnsaved(state, keep);
    if (Object.keys(changes).length === 0) return;
    try {
      await store.write(changes);
      this.#tell({ state: 'kept' });
      if (cursor === null || !('cursor' in changes)) return;
      this.#cursor = cursor;
      if (state.status.state === 'online') this.start();
    } catch (error) {
      for (const key of Object.keys(changes)) state.dirty.add(key);
      if (state.storage.state !== 'failing') failed(error);
      this.#tell({ state: 'failing', reason: String(error) });
      this.gather(RETRY);
      // Where there is no room for all, there may be for what would be lost for good.
      await store.write({ outbox: state.outbox }).catch(() => {});
    }
  }

  #tell(storage: StorageStatus): void {
    const { state, change } = this.#context;
    if (state.storage.state !== storage.state && state.storage.state !== 'memory') change({ type: 'storage', storage });
  }
}
