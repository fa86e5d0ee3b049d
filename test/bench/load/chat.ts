/** One user's connection, the same to the load whatever system it leads to. */
export interface Chat {
  /** Sends a text to the peer. `number` grows from 1 and comes back with the acknowledgement. */
  send(number: number, text: string): void;
  /** Ends the connection. */
  close(): void;
}

/** Hears what comes over a connection. */
export interface ChatListener {
  /** The server has taken over responsibility for a message. */
  acked(number: number): void;
  /** A message came: the user's own copy of a sent one, or one from the peer. */
  message(own: boolean, text: string): void;
  /** The server refused a message; the same may pass after `retryAfter` ms, if it said so. */
  refused(number: number, reason: string, retryAfter?: number): void;
  /** The connection ended, or never came to be. */
  closed(reason: string): void;
}

export interface ChatUser {
  id: number;
  /** Access token. */
  token: string;
  /** Whom the user talks to. */
  peer: number;
  /** Where the user connects, on 127.0.0.1. */
  port: number;
  /** The loopback address the user comes from; any unless given. */
  from?: string;
}

/** Connects a user; resolves when the user can send and receive. */
export type OpenChat = (user: ChatUser, listener: ChatListener) => Promise<Chat>;
