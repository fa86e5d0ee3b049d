/** A connection of one user. The load process uses this interface for every system. */
export interface Chat {
  /** Sends a text to the peer. `number` counts from 1 and is part of the acknowledgement. */
  send(number: number, text: string): void;
  /** Closes the connection. */
  close(): void;
}

/** Receives the events of a connection. */
export interface ChatListener {
  /** Called when the server has acknowledged a message. */
  acked(number: number): void;
  /** Called when a message arrives: one from the peer, or the user's own copy of a sent one. */
  message(own: boolean, text: string): void;
  /**
   * Called when the server has refused a message. `retryAfter`: ms after which the client may
   * retry, if the server set it.
   */
  refused(number: number, reason: string, retryAfter?: number): void;
  /** Called when the connection has ended or could not be opened. */
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
