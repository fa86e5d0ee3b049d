import { reactive } from 'vue';

/** What was typed and not sent, by chat; kept across reloads where the browser lets pages keep anything. */
export class Drafts {
  readonly #key: string;
  readonly #drafts: Record<number, Draft>;

  constructor(user: number) {
    this.#key = `parley-drafts-${user}`;
    this.#drafts = reactive(this.#read());
  }

  of(chat: number): Draft | undefined {
    return this.#drafts[chat];
  }

  /** Keeps a draft, or forgets it when there is nothing in it. */
  set(chat: number, draft: Draft): void {
    if (draft.text === '' && !draft.replyTo) delete this.#drafts[chat];
    else this.#drafts[chat] = { ...draft };
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#drafts));
    } catch {
      // No room, or none allowed: the page still has it.
    }
  }

  #read(): Record<number, Draft> {
    try {
      return JSON.parse(localStorage.getItem(this.#key) ?? '{}') as Record<number, Draft>;
    } catch {
      return {};
    }
  }
}

/** What stands in the composer. */
export interface Draft {
  text: string;
  /** The message it answers. */
  replyTo?: number | undefined;
  /** Users chosen from the list of mentions. */
  mentions?: number[] | undefined;
}

let known: { user: number; drafts: Drafts } | undefined;

/** The drafts of the page's user. */
export function draftsOf(user: number): Drafts {
  if (known?.user !== user) known = { user, drafts: new Drafts(user) };
  return known.drafts;
}
