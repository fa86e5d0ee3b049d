import type { ChatMessage, Parley } from '@parley/client';
import type { Message } from '@parley/protocol';

/** The source from which a timeline reads the messages of its chat. */
export interface Source {
  /** This user. */
  readonly me: number;
  /**
   * Returns the tail: the newest messages, which the SDK keeps up to date. First the accepted
   * messages in ascending order of id, then the messages in the outbox.
   */
  tail(): ChatMessage[];
  /** Returns whether the chat has messages older than the tail. */
  hasOlder(): boolean;
  /** Loads older messages until the tail has at least `count` messages, or all of the chat. */
  extend(count: number): Promise<void>;
  /** Reads a page of the chat's history from the api. */
  page(query: { before?: number; after?: number; around?: number; limit: number }): Promise<Page>;
  /** Returns the ids of the last messages that the peer has received and read. */
  marks(): { delivered: number; read: number };
}

/**
 * A page of messages in ascending order. `more`: whether further messages follow in the direction
 * of the query.
 */
export interface Page {
  items: Message[];
  more: boolean;
}

/** Creates a source that reads the SDK's state and the api. */
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
