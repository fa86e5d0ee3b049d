import type { ChatMessage, Parley } from '@parley/client';
import type { Message } from '@parley/protocol';

/** Where a timeline reads the messages of its chat. */
export interface Source {
  /** This user. */
  readonly me: number;
  /**
   * Returns the newest messages, which the SDK keeps up to date: accepted ones ascending by id,
   * then those in the outbox.
   */
  tail(): ChatMessage[];
  /** Returns whether the history has messages older than the tail. */
  hasOlder(): boolean;
  /** Makes the tail at least `count` messages long. */
  extend(count: number): Promise<void>;
  /** Reads a page of the history. */
  page(query: { before?: number; after?: number; around?: number; limit: number }): Promise<Page>;
  /** Returns the ids up to which the peer has received and read messages. */
  marks(): { delivered: number; read: number };
}

/** A page of messages, ascending. `more`: the history continues in the direction of the query. */
export interface Page {
  items: Message[];
  more: boolean;
}

/** Creates the source of a chat from the SDK's state and the api. */
export function parleySource(parley: Parley, chat: number): Source {
  return {
    me: parley.user ?? 0,
    tail: () => parley.messages(chat),
    hasOlder: () => parley.hasOlder(chat),
    extend: (count) => parley.loadOlder(chat, count),
    page: (query) => parley.api('GET /chats/{id}/messages', { id: chat, ...query }),
    marks: () => {
      const box = parley.chats().find((each) => each.chat === chat) as
        | { peerDelivered?: number; peerRead: number }
        | undefined;
      return { delivered: box?.peerDelivered ?? 0, read: box?.peerRead ?? 0 };
    },
  };
}
