import { Alarm } from '../alarm.ts';
import type { Context, Part } from './part.ts';

/** Ms for which marks are gathered. */
const GATHER = 300;

/**
 * Tells the server how far this user has received and read: of each chat the last place only. Of each chat one mark of a kind is under way
 * at a time, so that a slow connection does not fill up with marks, behind which messages would have to wait.
 */
export class Marks implements Part {
  readonly #context: Pick<Context, 'state' | 'ask' | 'change'>;
  /** What is being asked: chat and kind of mark. */
  readonly #asked = new Set<string>();
  readonly #alarm = new Alarm();

  constructor(context: Pick<Context, 'state' | 'ask' | 'change'>) {
    this.#context = context;
  }

  /** There may be something to tell. */
  start(): void {
    this.#alarm.ensure(GATHER, () => {
      for (const [chat, { delivered = 0, read = 0 }] of this.#context.state.marks) {
        // What was read was received.
        if (read > 0) this.#ask(chat, 'read', read);
        if (delivered > read) this.#ask(chat, 'delivered', delivered);
      }
    });
  }

  stop(): void {
    this.#alarm.clear();
  }

  async #ask(chat: number, kind: 'read' | 'delivered', id: number): Promise<void> {
    const { state, ask, change } = this.#context;
    const key = kind + chat;
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const mark = { [kind]: id };
    // What is refused for good is not worth another try.
    const told = await ask({ type: 'mark', chat, ...mark }).catch(({ code }) => code !== 'aborted');
    this.#asked.delete(key);
    if (!told) return;
    change({ type: 'marked', chat, mark: { delivered: 0, ...mark }, settled: true });
    if (state.marks.has(chat)) this.start();
  }
}
