import type { ClientFrame } from '@parley/protocol';

/** Ms between two acknowledgements. */
const PAUSE = 1000;

/** Acknowledges what is kept: of many events the last alone, at most once in a while. */
export class Received {
  readonly #send: (frame: ClientFrame) => void;
  #cursor: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #online = false;

  constructor(send: (frame: ClientFrame) => void) {
    this.#send = send;
  }

  /** Everything up to this cursor is kept. */
  note(cursor: string): void {
    this.#cursor = cursor;
    if (this.#online) this.#timer ??= setTimeout(() => this.flush(), PAUSE);
  }

  /** Acknowledges now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#online || this.#cursor === undefined) return;
    this.#send({ type: 'received', cursor: this.#cursor });
    this.#cursor = undefined;
  }

  start(): void {
    this.#online = true;
    if (this.#cursor !== undefined) this.note(this.#cursor);
  }

  stop(): void {
    this.#online = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
