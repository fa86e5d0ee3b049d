import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/** Ms for which marks are collected. */
const SEND_DELAY_MS = 300;

/**
 * Sends how far this user has received and read each chat. Sends only the last mark, and one at a
 * time per chat and kind, so that marks do not delay messages on a slow connection.
 */
export class MarkSender implements OnlinePart {
  readonly #context: Pick<EngineContext, 'state' | 'request' | 'change'>;
  /** Kinds and chats that have a mark in flight. */
  readonly #inFlight = new Set<string>();
  readonly #timer = new Timer();

  constructor(context: Pick<EngineContext, 'state' | 'request' | 'change'>) {
    this.#context = context;
  }

  /** Schedules the marks that are not acknowledged. */
  start(): void {
    this.#timer.start(SEND_DELAY_MS, () => {
      for (const [chat, { delivered = 0, read = 0 }] of this.#context.state.marks) {
        // A read mark includes the delivered mark, unless the peer does not get it.
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
    // A mark that the server refuses is dropped.
    const done = await request({ type: 'mark', chat, ...mark }).catch(({ code }) => code !== 'aborted');
    this.#inFlight.delete(key);
    if (!done) return;
    const isPrivate = typeof done === 'object' && 'private' in done;
    change({ type: 'marked', chat, mark: { delivered: isPrivate ? 0 : id, ...mark }, settled: true });
    if (state.marks.has(chat)) this.start();
  }
}
