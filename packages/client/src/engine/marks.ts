import type { Change } from '../state/change.ts';
import type { State } from '../state/state.ts';
import type { Question } from './command.ts';

/** Ms for which marks are gathered. */
const GATHER = 300;

/** Tells the server how far this user has received and read: of each chat the last place only. */
export class Marks {
  readonly #options: MarksOptions;
  /** What was asked for on this connection. */
  readonly #asked = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #online = false;

  constructor(options: MarksOptions) {
    this.#options = options;
  }

  /** There is something to tell. */
  gather(): void {
    if (this.#online) this.#timer ??= setTimeout(() => this.#tell(), GATHER);
  }

  start(): void {
    this.#online = true;
    this.gather();
  }

  stop(): void {
    this.#online = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #tell(): void {
    this.#timer = undefined;
    for (const [chat, { delivered = 0, read = 0 }] of this.#options.state.marks) {
      if (read > 0) this.#ask(chat, 'read', read);
      if (delivered > read) this.#ask(chat, 'delivered', delivered);
    }
  }

  async #ask(chat: number, kind: 'delivered' | 'read', id: number): Promise<void> {
    const key = `${kind}:${chat}:${id}`;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    // What is refused for good is not worth another try; what was read was received.
    await this.#options.ask({ type: 'mark', chat, [kind]: id }).catch(() => {});
    this.#asked.delete(key);
    const mark = kind === 'read' ? { delivered: id, read: id } : { delivered: id };
    this.#options.change({ type: 'marked', chat, mark, settled: true });
  }
}

export interface MarksOptions {
  state: State;
  ask(frame: Question): Promise<void>;
  change(change: Change): void;
}
