import type { ChatMessage, Parley } from '@parley/client';
import type { Message } from '@parley/protocol';

/** Where a timeline gets the messages of its chat from. */
export interface Source {
  /** This user. */
  readonly me: number;
  /** The newest messages, which the SDK keeps up to date: those accepted, ascending by id, then those on their way. */
  tail(): ChatMessage[];
  /** Whether there are older ones than the tail's. */
  hasOlder(): boolean;
  /** Makes the tail longer. */
  extend(count: number): Promise<void>;
  /** Reads a page of the history. */
  page(query: { before?: number; after?: number; around?: number; limit: number }): Promise<Page>;
  /** How far the peer has received and read. */
  marks(): { delivered: number; read: number };
}

/** A page of messages, ascending; `more`: there are further ones where it was asked for. */
export interface Page {
  items: Message[];
  more: boolean;
}

/** The source of a chat of the page's client. */
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
