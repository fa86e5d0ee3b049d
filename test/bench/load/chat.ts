/**
 * One user's connection to the system under test. The load process uses the same interface for
 * every system.
 */
export interface Chat {
  /**
   * Sends a text message to the user's peer. `number` counts from 1. The acknowledgement contains
   * it.
   */
  send(number: number, text: string): void;
  /** Closes the connection. */
  close(): void;
}

/** Receives the events of one connection. */
export interface ChatListener {
  /** Called when the server has acknowledged a message. */
  acked(number: number): void;
  /**
   * Called when a message arrives: either from the peer, or the user's own copy of a message that
   * the user sent (`own`).
   */
  message(own: boolean, text: string): void;
  /**
   * Called when the server has refused a message. `retryAfter`: ms after which the client can
   * retry, if the server named a time.
   */
  refused(number: number, reason: string, retryAfter?: number): void;
  /** Called when the connection has ended or could not be opened. */
  closed(reason: string): void;
}

export interface ChatUser {
  id: number;
  /** Access token. */
  token: string;
  /** Id of the user or group that receives this user's messages. */
  peer: number;
  /** Port of the gateway on 127.0.0.1. */
  port: number;
  /** Loopback address from which the client connects. Default: the kernel chooses. */
  from?: string;
}

/** Connects a user. Resolves when the user can send and receive messages. */
export type OpenChat = (user: ChatUser, listener: ChatListener) => Promise<Chat>;
