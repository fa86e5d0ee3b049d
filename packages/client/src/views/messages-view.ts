import type { ParleyError } from '../error.ts';
import type { ChatMessage } from '../message.ts';
import type { Parley } from '../parley.ts';
import { isConnected } from './connection-view.ts';
import { Loader } from './loader.ts';
import { keepFields, keepItems } from './same.ts';
import { DerivedView, type View } from './view.ts';

/** Minimum number of messages that a view shows, if the chat has that many. */
const PAGE = 50;

/** The messages of a chat. */
export interface Messages {
  /** Accepted messages by ascending id, then the messages in the outbox. */
  readonly messages: readonly ChatMessage[];
  /** True if the api might have older messages. */
  readonly hasOlder: boolean;
  /** True while messages are being loaded from the api. */
  readonly loading: boolean;
  /** Reason why the last load failed. */
  readonly error: ParleyError | undefined;
  /**
   * Loads older messages. Default: 50 messages. Never rejects: `error` contains the reason of a
   * failure. A call during a load returns the promise of that load.
   */
  loadOlder(limit?: number): Promise<void>;
}

const empty = { messages: [], hasOlder: false, loading: false, error: undefined };

/** Value of the view while no chat is open. */
export const noMessages: Messages = { ...empty, loadOlder: async () => {} };

/**
 * Creates the view of a chat's messages. While the view has a listener, it loads the newest page if
 * the messages are not in memory: at first, and again after events were lost.
 */
export function messagesView(parley: Parley, chat: number, released: () => void): View<Messages> {
  let changed = () => {};
  const loader = new Loader(parley, () => changed());
  const loadOlder = (limit = PAGE) => loader.run(() => parley.loadOlder(chat, limit));
  const fill = () => {
    if (parley.status.state !== 'online' || !parley.chatsLoaded) return;
    const missing = PAGE - parley.messages(chat).filter(({ id }) => id).length;
    if (missing > 0 && parley.hasOlder(chat)) void loadOlder(missing);
  };

  const initial = { ...empty, loadOlder };
  return new DerivedView<Messages>({
    initial,
    read: (before) => {
      if (!isConnected(parley)) return initial;
      return keepFields<Messages>(before, {
        messages: keepItems(before.messages, parley.messages(chat), ({ key }) => key),
        hasOlder: parley.hasOlder(chat),
        loading: loader.loading,
        error: loader.error,
        loadOlder,
      });
    },
    follow: (notify) => {
      changed = notify;
      const offs = [
        parley.on('change', (change) => {
          if (change.chat !== undefined && change.chat !== chat) return;
          changed();
          // Such a change means that the client has connected or has loaded the list of chats.
          if (change.chat === undefined) fill();
        }),
        parley.on('status', fill),
      ];
      fill();
      return () => {
        changed = () => {};
        for (const off of offs) off();
      };
    },
    released,
  });
}
