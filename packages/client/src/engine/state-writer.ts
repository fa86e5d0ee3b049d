import type { StorageStatus } from '../state/change.ts';
import { takeUnsaved } from '../state/saved.ts';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/** Ms for which changes are collected before they are written to the store. */
const WRITE_DELAY_MS = 50;

/** Ms until a failed write is repeated. */
const RETRY_DELAY_MS = 2000;

/** Ms between two `received` frames, which acknowledge stored events to the server. */
const RECEIVED_INTERVAL_MS = 1000;

/** Writes changes to the store. Then acknowledges the last stored event to the server. */
export class StateWriter implements OnlinePart {
  readonly #context: EngineContext;
  readonly #writeTimer = new Timer();
  readonly #receivedTimer = new Timer();
  #writing: Promise<void> = Promise.resolve();
  /** Cursor of the last stored event. Undefined after it was acknowledged. */
  #stored: string | undefined;

  constructor(context: EngineContext) {
    this.#context = context;
  }

  /** Schedules a write to the store if the state has changed. */
  schedule(delay = WRITE_DELAY_MS): void {
    if (this.#context.state.dirty.size > 0) this.#writeTimer.start(delay, () => this.flush());
  }

  /** Writes the changes to the store now. Resolves when they are stored or the store has failed. */
  flush(): Promise<void> {
    this.#writeTimer.clear();
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  start(): void {
    if (this.#stored !== undefined) this.#receivedTimer.start(RECEIVED_INTERVAL_MS, () => this.acknowledge());
  }

  stop(): void {
    this.#receivedTimer.clear();
  }

  /** Acknowledges the last stored event to the server. */
  acknowledge(): void {
    if (this.#stored !== undefined) this.#context.send({ type: 'received', cursor: this.#stored });
    this.#stored = undefined;
  }

  async #write(): Promise<void> {
    const { state, store, keep, failed } = this.#context;
    const { cursor } = state;
    const changes = takeUnsaved(state, keep);
    if (Object.keys(changes).length === 0) return;
    try {
      await store.write(changes);
      this.#setStatus({ state: 'kept' });
      if (cursor === null || !('cursor' in changes)) return;
      this.#stored = cursor;
      if (state.status.state === 'online') this.start();
    } catch (error) {
      for (const key of Object.keys(changes)) state.dirty.add(key);
      if (state.storage.state !== 'failing') failed(error);
      this.#setStatus({ state: 'failing', reason: String(error) });
      this.schedule(RETRY_DELAY_MS);
      // Saves the outbox alone, because the server does not have its messages yet, and it might fit
      // on a full disk when the whole state does not.
      await store.write({ outbox: state.outbox }).catch(() => {});
    }
  }

  #setStatus(storage: StorageStatus): void {
    const { state, change } = this.#context;
    if (state.storage.state !== storage.state && state.storage.state !== 'memory') change({ type: 'storage', storage });
  }
}
