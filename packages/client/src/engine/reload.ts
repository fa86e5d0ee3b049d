import type { Api } from '../api/api.ts';
import { type Backoff, backoff } from '../link/backoff.ts';
import type { Change } from '../state/change.ts';
import type { State } from '../state/state.ts';

/** Chats whose messages are read again; of others the last message is enough until they are opened. */
const CHATS = 10;

/** Attempts after which messages that may have arrived are sent again all the same: the server takes each once. */
const PATIENCE = 3;

/** Reads chats and messages from the api when what was missed is lost, and when nothing is known yet. */
export class Reloading {
  readonly #options: ReloadOptions;
  #had: Set<number> = new Set();
  #failures = 0;
  /** How often something was forgotten: what was read before the last time does not count. */
  #losses = 0;
  #running = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ReloadOptions) {
    this.#options = options;
  }

  /** True while it is not known yet which messages of the outbox had arrived. */
  get busy(): boolean {
    const { api, state } = this.#options;
    return api !== undefined && !state.whole && this.#failures < PATIENCE;
  }

  /** What is kept is about to be forgotten: remembers of which chats there was something. */
  begin(): void {
    const { state } = this.#options;
    this.#losses += 1;
    for (const { chat, messages } of state.boxes.values()) if (messages.length > 1) this.#had.add(chat);
  }

  /** Reads, if that is due, until it succeeds. */
  async start(): Promise<void> {
    const { api, state, done } = this.#options;
    if (!api || state.whole || this.#running) return;
    clearTimeout(this.#timer);
    this.#running = true;
    try {
      await this.#read(api);
      this.#had.clear();
      this.#failures = 0;
    } catch {
      this.#timer = setTimeout(() => this.start(), backoff(this.#failures++, this.#options.backoff));
    }
    this.#running = false;
    done();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #read(api: Api): Promise<void> {
    const { state, keep, change } = this.#options;
    const losses = this.#losses;
    const { items } = await api.chats({ limit: 100 });
    const waiting = state.outbox.filter(({ tried }) => tried).map(({ chat }) => chat);
    const again = new Set([...waiting, ...items.map(({ chat }) => chat).filter((chat) => this.#had.has(chat))]);
    const limit = Math.min(200, Math.max(1, keep));
    const pages = await Promise.all(
      [...again].slice(0, Math.max(CHATS, waiting.length)).map(async (chat) => {
        const page = await api.messages(chat, { limit }).catch(nothingKept);
        return { type: 'messages' as const, chat, messages: page.items, more: page.more };
      }),
    );
    if (losses !== this.#losses) throw new Error('lost again meanwhile');
    for (const page of pages) change(page);
    change({ type: 'chats', chats: items, whole: true });
  }
}

/** A chat that is not there yet, or a server that keeps no history. */
function nothingKept(error: { status?: number }): { items: []; more: false } {
  if (error.status !== 404) throw error;
  return { items: [], more: false };
}

export interface ReloadOptions {
  state: State;
  api: Api | undefined;
  backoff: Backoff;
  /** Messages to read of each chat. */
  keep: number;
  change(change: Extract<Change, { type: 'chats' | 'messages' }>): void;
  /** It was read, or could not be for now. */
  done(): void;
}
