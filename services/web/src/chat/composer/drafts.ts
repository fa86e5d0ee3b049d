import type { Chat } from '@parley/protocol';
import { reactive } from 'vue';
import { localStore } from '../../core/local-store.ts';
import { onSignOut } from '../../core/sign-out.ts';

/**
 * Unsent text by chat. Each chat has a separate entry in local storage, so that two tabs do not
 * overwrite each other's drafts. A change in one tab appears in the other tabs. `syncDrafts` copies
 * drafts to the user's other devices.
 */
export class Drafts {
  readonly #prefix: string;
  readonly #entries: Record<number, StoredDraft> = reactive({});
  /**
   * Chat -> when this tab last stored its draft on the server, as a value of `performance.now()`.
   */
  readonly #savedAt = new Map<number, number>();
  readonly #listeners = new Set<(chat: number) => void>();

  constructor(user: number) {
    this.#prefix = `draft.${user}.`;
    for (const key of localStore.keys(this.#prefix)) this.#read(key, localStore.get(key));
    localStore.onChange((key, value) => key.startsWith(this.#prefix) && this.#read(key, value));
    onSignOut((forget) => forget && this.#deleteAll());
  }

  of(chat: number): Draft | undefined {
    const entry = this.#entries[chat];
    return entry && !isEmpty(entry) ? entry : undefined;
  }

  /** Stores a draft of this device. An empty one is deleted. */
  set(chat: number, { text, replyTo, mentions }: Draft): void {
    this.#write(chat, { text, replyTo, mentions, server: this.serverVersion(chat), saved: false });
    for (const listener of this.#listeners) listener(chat);
  }

  /** Removes a draft of a chat that was deleted. */
  forget(chat: number): void {
    delete this.#entries[chat];
    localStore.set(this.#prefix + chat, undefined);
  }

  /** Calls `listener` after each `set`. Returns a function that removes it. */
  onSet(listener: (chat: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Returns the draft of a chat that the server does not have yet. It may be empty. */
  unsaved(chat: number): Draft | undefined {
    const entry = this.#entries[chat];
    return entry && !entry.saved ? entry : undefined;
  }

  /** Returns the chats whose draft the server does not have yet. */
  allUnsaved(): number[] {
    return Object.keys(this.#entries)
      .map(Number)
      .filter((chat) => this.unsaved(chat));
  }

  /** Returns the last known `updated` of a chat's draft on the server. 0 = none. */
  serverVersion(chat: number): number {
    return this.#entries[chat]?.server ?? 0;
  }

  /** Marks a draft as stored by the server, unless it has changed since. */
  saved(chat: number, sent: Draft, server: number): void {
    this.#savedAt.set(chat, performance.now());
    const now: Draft = this.#entries[chat] ?? { text: '' };
    const same = now.text === sent.text && now.replyTo === sent.replyTo;
    this.#write(chat, { ...now, server, saved: same });
  }

  /**
   * Applies the drafts of the server. Unsaved drafts win, because they are newer.
   *
   * @param began when the chats were requested, as a value of `performance.now()`
   */
  apply(chats: readonly Pick<Chat, 'chat' | 'draft'>[], began: number): void {
    for (const { chat, draft } of chats) {
      const { updated = 0, ...content } = draft ?? { text: '' };
      const stale = (this.#savedAt.get(chat) ?? Number.NEGATIVE_INFINITY) >= began;
      if (stale || this.unsaved(chat) || this.serverVersion(chat) === updated) continue;
      this.#write(chat, { ...content, server: updated, saved: true });
    }
  }

  #write(chat: number, entry: StoredDraft): void {
    if (isEmpty(entry) && entry.server === 0) return this.forget(chat);
    this.#entries[chat] = entry;
    localStore.set(this.#prefix + chat, JSON.stringify(entry));
  }

  #read(key: string, value: string | undefined): void {
    const chat = Number(key.slice(this.#prefix.length));
    try {
      if (value === undefined) delete this.#entries[chat];
      else this.#entries[chat] = { server: 0, saved: false, ...JSON.parse(value) };
    } catch {
      // Not a draft.
    }
  }

  #deleteAll(): void {
    for (const chat of Object.keys(this.#entries)) this.forget(Number(chat));
  }
}

function isEmpty({ text, replyTo }: Draft): boolean {
  return text === '' && !replyTo;
}

/** The unsent content of a composer. */
export interface Draft {
  text: string;
  /** The message that the draft replies to. */
  replyTo?: number | undefined;
  /** Users chosen from the list of mentions. */
  mentions?: number[] | undefined;
}

/** A draft in local storage. An empty one replaces the draft on the server. */
interface StoredDraft extends Draft {
  /** `updated` of the draft on the server. 0 = none. */
  server: number;
  /** Whether the server has stored this content or refused it. */
  saved: boolean;
}

let current: { user: number; drafts: Drafts } | undefined;

/** Returns the drafts of a user. */
export function draftsOf(user: number): Drafts {
  if (current?.user !== user) current = { user, drafts: new Drafts(user) };
  return current.drafts;
}
