import type { Parley } from '../parley.ts';
import { type Chats, chatsView } from './chats-view.ts';
import { type Composer, composerView, noComposer } from './composer-view.ts';
import { type Connection, connectionView, isConnected, onReset } from './connection-view.ts';
import { type Messages, messagesView, noMessages } from './messages-view.ts';
import { type PresenceMap, PresenceWatcher } from './presence-view.ts';
import { TypingTracker, type TypingUser } from './typing-view.ts';
import { noUploads, UploadQueue, type Uploads } from './uploads-view.ts';
import { constantView, type ValueView, type View } from './view.ts';

/**
 * The views of a client, which contain its state in a form that a framework renders. A view follows
 * the client while it has listeners. Components that show the same chat share one view. A view
 * without a chat is empty.
 */
export class Views {
  readonly chats: View<Chats>;
  readonly connection: View<Connection>;
  readonly #parley: Parley;
  readonly #watcher: PresenceWatcher;
  readonly #tracker: TypingTracker;
  readonly #queue: UploadQueue;
  readonly #messages = new Map<number, View<Messages>>();
  readonly #composers = new Map<number, ValueView<Composer>>();
  readonly #presence = new Map<string, View<PresenceMap>>();
  readonly #typing = new Map<number, View<readonly TypingUser[]>>();
  readonly #uploads = new Map<number, View<Uploads>>();

  constructor(parley: Parley) {
    this.#parley = parley;
    this.#watcher = new PresenceWatcher(parley);
    this.#tracker = new TypingTracker(parley);
    this.#queue = new UploadQueue(parley);
    this.chats = chatsView(parley);
    this.connection = connectionView(parley);
    onReset(parley, () => {
      if (isConnected(parley)) return;
      for (const composer of this.#composers.values()) composer.set(composer.initial);
    });
  }

  /** Returns the view of a chat's messages. */
  messages(chat: number | undefined): View<Messages> {
    if (chat === undefined) return empty.messages;
    return cached(this.#messages, chat, (released) => messagesView(this.#parley, chat, released));
  }

  /**
   * Returns the view of the message that the user is writing in a chat. Its text is kept until
   * sign-out.
   */
  composer(chat: number | undefined): View<Composer> {
    if (chat === undefined) return empty.composer;
    return cached(this.#composers, chat, (released) => composerView(this.#parley, chat, released));
  }

  /** Returns the view of some users' presence. */
  presence(users: readonly number[]): View<PresenceMap> {
    return cached(this.#presence, users.join(), (released) => this.#watcher.view([...users], released));
  }

  /** Returns the view of the other users who are typing in a chat. */
  typing(chat: number | undefined): View<readonly TypingUser[]> {
    if (chat === undefined) return empty.typing;
    return cached(this.#typing, chat, (released) => this.#tracker.view(chat, released));
  }

  /** Returns the view of the files that are uploaded and then sent to a chat. */
  uploads(chat: number | undefined): View<Uploads> {
    if (chat === undefined) return empty.uploads;
    return cached(this.#uploads, chat, (released) => this.#queue.view(chat, released));
  }
}

const empty = {
  messages: constantView(noMessages),
  composer: constantView(noComposer),
  typing: constantView<readonly TypingUser[]>([]),
  uploads: constantView(noUploads),
};

const views = new WeakMap<Parley, Views>();

/** Returns the views of a client. Each client has one set of views. */
export function viewsOf(parley: Parley): Views {
  return cached(views, parley, () => new Views(parley));
}

/**
 * Returns the entry of a key. Creates the entry if it does not exist, and removes it when it is
 * released.
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
