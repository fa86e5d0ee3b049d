import type { Chat, Message } from '@parley/protocol';
import type { Http, Page, Paging } from './http.ts';

/** Chats and their messages, in the caller's own copy. */
export function chats(http: Http) {
  return {
    /** Chats that have messages, the newest first. */
    chats: (paging?: Paging) => http.call<Page<Chat>>('GET', '/chats', { query: paging }),
    /** Finds the chat with a user or group, or creates it. */
    openChat: (chat: number) => http.call<Chat>('PUT', `/chats/${chat}`),
    updateChat: (chat: number, changes: { pinned?: boolean; muted?: boolean }) =>
      http.call<Chat>('PATCH', `/chats/${chat}`, { body: changes }),
    /** Deletes the caller's copy alone. */
    deleteChat: (chat: number) => http.call<void>('DELETE', `/chats/${chat}`),
    /** The newest messages, or those before, after or around one; ascending by id. */
    messages: (chat: number, query?: MessageQuery) =>
      http.call<MessagePage>('GET', `/chats/${chat}/messages`, { query }),
    /** Messages that hold these words, in all chats or one. */
    search: (q: string, query?: Paging & { chat?: number }) =>
      http.call<Page<Message>>('GET', '/search', { query: { q, ...query } }),
  };
}

export interface MessageQuery {
  before?: number;
  after?: number;
  around?: number;
  /** At most 200. */
  limit?: number;
}

/** `more`: there are older ones, or newer ones if those after a message were asked for. */
export interface MessagePage {
  items: Message[];
  more: boolean;
}
