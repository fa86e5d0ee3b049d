/** A connection of one user. The load uses it for every system. */
export interface Chat {
  /** Sends a text to the peer. `number` starts at 1 and comes back with the acknowledgement. */
  send(number: number, text: string): void;
  /** Closes the connection. */
  close(): void;
}

/** Receives the events of a connection. */
export interface ChatListener {
  /** The server acknowledged a message. */
  acked(number: number): void;
  /** A message arrived: the user's own copy of a sent one, or one from the peer. */
  message(own: boolean, text: string): void;
  /**
   * The server refused a message. `retryAfter` is the ms after which the client may retry, if the
   * server set it.
   */
  refused(number: number, reason: string, retryAfter?: number): void;
  /** The connection ended or could not be opened. */
  closed(reason: string): void;
}

export interface ChatUser {
  id: number;
  /** Access token. */
  token: string;
  /** The user who receives this user's messages. */
  peer: number;
  /** The port of the gateway on 127.0.0.1. */
  port: number;
  /** The loopback address of the client. Default: any. */
  from?: string;
}

/** Connects a user. Resolves when the user can send and receive. */
export type OpenChat = (user: ChatUser, listener: ChatListener) => Promise<Chat>;
