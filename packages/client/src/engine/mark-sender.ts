import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/** Ms for which the client collects read and delivery receipts (marks) before it sends them. */
const SEND_DELAY_MS = 300;

/**
 * Sends marks, which state how far this user has received and read each chat. Sends only the last
 * mark, and one at a time per chat and kind, so that marks do not delay messages on a slow
 * connection.
 */
export class MarkSender implements OnlinePart {
  readonly #context: Pick<EngineContext, 'state' | 'request' | 'change'>;
  /** Kind and chat of the marks in flight. */
  readonly #inFlight = new Set<string>();
  readonly #timer = new Timer();

  constructor(context: Pick<EngineContext, 'state' | 'request' | 'change'>) {
    this.#context = context;
  }

  /** Schedules the sending of all marks that the server has not acknowledged. */
  start(): void {
    this.#timer.start(SEND_DELAY_MS, () => {
      for (const [chat, { delivered = 0, read = 0 }] of this.#context.state.marks) {
        // Skips the delivered mark if the read mark includes it.
        if (read > 0) this.#send(chat, 'read', read);
        if (delivered > read) this.#send(chat, 'delivered', delivered);
      }
    });
  }

  stop(): void {
    this.#timer.clear();
  }

  async #send(chat: number, kind: 'read' | 'delivered', id: number): Promise<void> {
    const { state, request, change } = this.#context;
    const key = kind + chat;
    if (this.#inFlight.has(key)) return;
    this.#inFlight.add(key);
    const mark = { [kind]: id };
    // Drops a mark that the server refuses.
    const done = await request({ type: 'mark', chat, ...mark }).catch(({ code }) => code !== 'aborted');
    this.#inFlight.delete(key);
    if (!done) return;
    const isPrivate = typeof done === 'object' && 'private' in done;
    change({ type: 'marked', chat, mark: { delivered: isPrivate ? 0 : id, ...mark }, settled: true });
    if (state.marks.has(chat)) this.start();
  }
}
