import type { Api } from '../api/operations.ts';
import { backoff } from '../connection/backoff.ts';
import { Timer } from '../timer.ts';
import type { EngineContext, OnlinePart } from './context.ts';

/**
 * Maximum number of chats whose messages are reloaded. Other chats keep only their last message
 * until the app opens them.
 */
const MAX_CHATS = 10;

/**
 * Reloads chats and messages from the api after events were lost, and on the first start. Repeats
 * the reload while the api lacks accepted messages, because they are not in PostgreSQL yet.
 */
export class Reloader implements OnlinePart {
  readonly #context: EngineContext;
  readonly #onReady: () => void;
  readonly #timer = new Timer();
  /** Chats with messages that the app had opened before events were lost. */
  readonly #opened = new Set<number>();
  /**
   * Number of times that events were lost. If it changes during a reload, the reload is repeated.
   */
  #losses = 0;
  #failures = 0;
  #running = false;

  /**
   * @param onReady called when the outbox can be sent, because accepted messages have left it. If
   * the client resent such a message earlier, it could arrive twice, because the server recognises
   * a `ref` only for a limited time
   */
  constructor(context: EngineContext, onReady: () => void) {
    this.#context = context;
    this.#onReady = onReady;
  }

  /** Records that events were lost. Must be called before the state drops its messages. */
  lost(): void {
    this.#losses += 1;
    for (const { chat, messages } of this.#context.state.chats.values())
      if (messages.length > 1) this.#opened.add(chat);
  }

  /** Reloads if the state is incomplete, and retries until that succeeds. */
  async start(): Promise<void> {
    const { api, state, failed } = this.#context;
    if (!api || state.chatsLoaded || state.outbox.length === 0) this.#onReady();
    if (!api || this.#running || (state.chatsLoaded && !state.unrecorded)) return;
    this.#running = true;
    try {
      await this.#reload(api);
      if (state.unrecorded) this.retry();
      else {
        this.#opened.clear();
        this.#failures = 0;
      }
    } catch (error) {
      failed(error);
      this.retry();
    }
    this.#running = false;
    if (state.chatsLoaded) this.#onReady();
  }

  /**
   * Schedules another reload.
   *
   * @param chat a chat whose messages in memory have a gap
   */
  retry(chat?: number): void {
    if (chat !== undefined) this.#opened.add(chat);
    this.#timer.restart(backoff(this.#failures++, this.#context.backoff), () => this.start());
  }

  stop(): void {
    this.#timer.clear();
  }

  /**
   * Returns whether the messages of a chat in memory might have a gap, because the api lacked
   * messages when they were read.
   */
  #mayHaveGap(chat: number): boolean {
    const { chats, unrecorded } = this.#context.state;
    return unrecorded && (chats.get(chat)?.messages.length ?? 0) > 1;
  }

  async #reload(api: Api): Promise<void> {
    const { state, keep, change } = this.#context;
    const losses = this.#losses;
    const since = state.cursor;
    const { items, users, unrecorded } = await api('GET /chats', { limit: 100 });
    const sending = state.outbox.map(({ chat }) => chat);
    const opened = items.map(({ chat }) => chat).filter((chat) => this.#opened.has(chat) || this.#mayHaveGap(chat));
    const chats = new Set([...sending, ...opened.slice(0, MAX_CHATS)]);
    const limit = Math.min(200, Math.max(1, keep));
    const pages = await Promise.all(
      [...chats].map(async (chat) => {
        const page = await api('GET /chats/{id}/messages', { id: chat, limit }).catch(emptyIfNotFound);
        return { type: 'messages' as const, chat, newest: true, since, ...page };
      }),
    );
    if (losses !== this.#losses) throw new Error('Events were lost during the reload');
    for (const { items: messages, ...page } of pages) change({ ...page, messages });
    const isIncomplete = unrecorded || pages.some((page) => page.unrecorded);
    change({ type: 'chats', chats: items, complete: true, since, ...(isIncomplete && { unrecorded: true }), users });
  }
}

/**
 * Returns an empty page instead of a 404, which means that the chat does not exist yet or that the
 * server keeps no history.
 */
function emptyIfNotFound(error: { status?: number }): { items: []; more: false; users: []; unrecorded?: never } {
  if (error.status !== 404) throw error;
  return { items: [], more: false, users: [] };
}
