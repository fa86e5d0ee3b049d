import { reactive } from 'vue';
import { localStore } from '../../core/local-store.ts';
import { onSignOut } from '../../core/sign-out.ts';

/**
 * Unsent text by chat. Each chat has its own entry in local storage, so that two tabs do not
 * overwrite each other's drafts. A change in one tab appears in the others.
 */
export class Drafts {
  readonly #prefix: string;
  readonly #drafts: Record<number, Draft> = reactive({});

  constructor(user: number) {
    this.#prefix = `draft.${user}.`;
    for (const key of localStore.keys(this.#prefix)) this.#read(key, localStore.get(key));
    localStore.onChange((key, value) => key.startsWith(this.#prefix) && this.#read(key, value));
    onSignOut((forget) => forget && this.#deleteAll());
  }

  of(chat: number): Draft | undefined {
    return this.#drafts[chat];
  }

  /** Stores a draft. An empty one is deleted. */
  set(chat: number, draft: Draft): void {
    const empty = draft.text === '' && !draft.replyTo;
    if (empty) delete this.#drafts[chat];
    else this.#drafts[chat] = { ...draft };
    localStore.set(this.#prefix + chat, empty ? undefined : JSON.stringify(draft));
  }

  #read(key: string, value: string | undefined): void {
    const chat = Number(key.slice(this.#prefix.length));
    try {
      if (value === undefined) delete this.#drafts[chat];
      else this.#drafts[chat] = JSON.parse(value) as Draft;
    } catch {
      // Not a draft.
    }
  }

  #deleteAll(): void {
    for (const chat of Object.keys(this.#drafts)) this.set(Number(chat), { text: '' });
  }
}

/** The unsent content of a composer. */
export interface Draft {
  text: string;
  /** The message that it replies to. */
  replyTo?: number | undefined;
  /** Users chosen from the list of mentions. */
  mentions?: number[] | undefined;
}

let current: { user: number; drafts: Drafts } | undefined;

/** The drafts of a user. */
export function draftsOf(user: number): Drafts {
  if (current?.user !== user) current = { user, drafts: new Drafts(user) };
  return current.drafts;
}
