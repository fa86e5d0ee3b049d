import type { Parley } from '../parley.ts';
import { type Chats, chatsView } from './chats-view.ts';
import { type Connection, connectionView } from './connection-view.ts';
import { type Messages, messagesView, noMessages } from './messages-view.ts';
import type { View } from './view.ts';

/**
 * The views of a client: its state in a form that a framework renders. A view follows the client
 * while it has listeners, and components that show the same chat share one view.
 */
export class Views {
  readonly chats: View<Chats>;
  readonly connection: View<Connection>;
  readonly #parley: Parley;
  readonly #messages = new Map<number, View<Messages>>();

  constructor(parley: Parley) {
    this.#parley = parley;
    this.chats = chatsView(parley);
    this.connection = connectionView(parley);
  }

  /** The messages of a chat. Undefined: of none. */
  messages(chat: number | undefined): View<Messages> {
    if (chat === undefined) return noMessages;
    return cached(this.#messages, chat, (released) => messagesView(this.#parley, chat, released));
  }
}

const views = new WeakMap<Parley, Views>();

/** Returns the views of a client. */
export function viewsOf(parley: Parley): Views {
  return cached(views, parley, () => new Views(parley));
}

/**
 * Returns the entry of a key, and creates it if there is none. It is removed when it is released.
 */
function cached<Key, Value>(
  entries: { get(key: Key): Value | undefined; set(key: Key, value: Value): unknown; delete(key: Key): unknown },
  key: Key,
  create: (released: () => void) => Value,
): Value {
  const known = entries.get(key);
  if (known) return known;
  const created = create(() => entries.delete(key));
  entries.set(key, created);
  return created;
}
