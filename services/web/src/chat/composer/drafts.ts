import type { Chat } from '@parley/protocol';
import { reactive } from 'vue';
import { localStore } from '../../core/local-store.ts';
import { onSignOut } from '../../core/sign-out.ts';

/**
 * The user's drafts: the unsent text of each chat, kept in local storage. Each chat has its own
 * entry, so that two tabs do not overwrite each other's drafts. A change in one tab appears in the
 * other tabs. `syncDrafts` copies drafts to the user's other devices.
 */
export class Drafts {
  readonly #prefix: string;
  readonly #entries: Record<number, StoredDraft> = reactive({});
  /**
   * Chat -> when this tab last stored the chat's draft on the server, as a value of
   * `performance.now()`.
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

  /** Stores a draft that the user wrote on this device. Deletes it if it is empty. */
  set(chat: number, { text, replyTo, mentions }: Draft): void {
    this.#write(chat, { text, replyTo, mentions, server: this.serverVersion(chat), saved: false });
    for (const listener of this.#listeners) listener(chat);
  }

  /** Removes the draft of a deleted chat. */
  forget(chat: number): void {
    delete this.#entries[chat];
    localStore.set(this.#prefix + chat, undefined);
  }

  /** Calls `listener` after each `set`. Returns a function that removes the listener. */
  onSet(listener: (chat: number) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Returns a chat's draft if the server does not have it yet. An empty draft means that the server
   * must delete its own.
   */
  unsaved(chat: number): Draft | undefined {
    const entry = this.#entries[chat];
    return entry && !entry.saved ? entry : undefined;
  }

  /** Returns the ids of chats whose draft the server does not have yet. */
  allUnsaved(): number[] {
    return Object.keys(this.#entries)
      .map(Number)
      .filter((chat) => this.unsaved(chat));
  }

  /**
   * Returns the version of a chat's draft on the server that this device last received: its
   * `updated` date. 0 = none.
   */
  serverVersion(chat: number): number {
    return this.#entries[chat]?.server ?? 0;
  }

  /**
   * Marks a draft as stored by the server, unless the user has changed the draft since the request.
   */
  saved(chat: number, sent: Draft, server: number): void {
    this.#savedAt.set(chat, performance.now());
    const now: Draft = this.#entries[chat] ?? { text: '' };
    const same = now.text === sent.text && now.replyTo === sent.replyTo;
    this.#write(chat, { ...now, server, saved: same });
  }

  /**
   * Applies drafts that the server returned. Drafts that this device has not saved yet win, because
   * they are newer.
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

/** The message that a user has begun to write in a chat and has not sent. */
export interface Draft {
  text: string;
  /** Id of the message that the draft replies to. */
  replyTo?: number | undefined;
  /** Ids of users that the writer chose from the menu of mentions. */
  mentions?: number[] | undefined;
}

/**
 * A draft in local storage. It is kept even if it is empty until the server has deleted its own
 * draft.
 */
interface StoredDraft extends Draft {
  /** `updated` date of the draft on the server. 0 = the server has none. */
  server: number;
  /** True if the server has stored this content or rejected it. */
  saved: boolean;
}

let current: { user: number; drafts: Drafts } | undefined;

/** Returns the drafts of a user. */
export function draftsOf(user: number): Drafts {
  if (current?.user !== user) current = { user, drafts: new Drafts(user) };
  return current.drafts;
}
