import { Alarm } from '../alarm.ts';
import type { Context, Part } from './part.ts';

/** Ms for which marks are gathered. */
const GATHER = 300;

/** Tells the server how far this user has received and read: of each chat the last place only. */
export class Marks implements Part {
  readonly #context: Context;
  /** What is being asked. */
  readonly #asked = new Set<string>();
  readonly #alarm = new Alarm();

  constructor(context: Context) {
    this.#context = context;
  }

  /** There may be something to tell. */
  start(): void {
    this.#alarm.ensure(GATHER, () => {
      for (const [chat, { delivered = 0, read = 0 }] of this.#context.state.marks) {
        // What was read was received.
        if (read > 0) this.#ask(chat, { read });
        if (delivered > read) this.#ask(chat, { delivered });
      }
    });
  }

  stop(): void {
    this.#alarm.clear();
  }

  async #ask(chat: number, mark: { read: number } | { delivered: number }): Promise<void> {
    const key = JSON.stringify([chat, mark]);
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    // What is refused for good is not worth another try.
    const told = await this.#context.ask({ type: 'mark', chat, ...mark }).catch(({ code }) => code !== 'aborted');
    this.#asked.delete(key);
    if (told) this.#context.change({ type: 'marked', chat, mark: { delivered: 0, ...mark }, settled: true });
  }
}
