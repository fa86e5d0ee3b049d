import { Alarm } from '../alarm.ts';
import type { Api } from '../api/operations.ts';
import { backoff } from '../link/backoff.ts';
import type { Context, Part } from './part.ts';

/** Chats whose messages are read again; of others the last message is enough until they are opened. */
const CHATS = 10;

/** Attempts after which messages that may have arrived are sent again all the same: the server takes each once. */
const PATIENCE = 3;

/** Reads chats and messages from the api when what was missed is lost, and when nothing is known yet. */
export class Reloading implements Part {
  readonly #context: Context;
  readonly #ready: () => void;
  readonly #alarm = new Alarm();
  /** Chats of which there was more than the last message. */
  readonly #had = new Set<number>();
  /** How often something was forgotten: what was read before the last time does not count. */
  #losses = 0;
  #failures = 0;
  #running = false;

  /** @param ready is called when it is known which messages of the outbox had arrived, or will not be for a while */
  constructor(context: Context, ready: () => void) {
    this.#context = context;
    this.#ready = ready;
  }

  /** What is kept is about to be forgotten. */
  begin(): void {
    this.#losses += 1;
    for (const { chat, messages } of this.#context.state.boxes.values()) if (messages.length > 1) this.#had.add(chat);
  }

  /** Reads, if that is due, until it succeeds. */
  async start(): Promise<void> {
    const { api, state, failed } = this.#context;
    if (!api || state.whole) return this.#ready();
    if (this.#running) return;
    this.#running = true;
    try {
      await this.#read(api);
      this.#had.clear();
      this.#failures = 0;
    } catch (error) {
      failed(error);
      this.#alarm.set(backoff(this.#failures++, this.#context.backoff), () => this.start());
    }
    this.#running = false;
    if (state.whole || this.#failures >= PATIENCE) this.#ready();
  }

  stop(): void {
    this.#alarm.clear();
  }

  async #read(api: Api): Promise<void> {
    const { state, keep, change } = this.#context;
    const losses = this.#losses;
    const { items } = await api('GET /chats', { limit: 100 });
    const waiting = state.outbox.map(({ chat }) => chat);
    const had = items.map(({ chat }) => chat).filter((chat) => this.#had.has(chat));
    const again = new Set([...waiting, ...had.slice(0, CHATS)]);
    const limit = Math.min(200, Math.max(1, keep));
    const pages = await Promise.all(
      [...again].map(async (chat) => {
        const page = await api('GET /chats/{id}/messages', { id: chat, limit }).catch(nothingKept);
        return { type: 'messages' as const, chat, messages: page.items, more: page.more };
      }),
    );
    if (losses !== this.#losses) throw new Error('Lost again');
    for (const page of pages) change(page);
    change({ type: 'chats', chats: items, whole: true });
  }
}

/** A chat that is not there yet, or a server that keeps no history. */
function nothingKept(error: { status?: number }): { items: []; more: false } {
  if (error.status !== 404) throw error;
  return { items: [], more: false };
}
