import type {
  Body,
  BriefUser,
  Chat,
  Custom,
  Message,
  ParleyEvent,
  PresenceFrame,
  StreamFrame,
  TypingFrame,
} from '@parley/protocol';
import type { ConnectionState } from '../connection/transitions.ts';
import type { ParleyError } from '../error.ts';
import type { TransportName } from '../transport/transport.ts';

/**
 * A change of the client's state. The tab that holds the connection creates changes and sends them
 * to the other tabs. All tabs apply them in the same order.
 */
export type Change =
  /** The next event of the inbox has arrived. */
  | { type: 'event'; cursor: string; event: ParleyEvent }
  /**
   * The client continues at another position of the inbox. `lost`: the server no longer has the
   * missed events, so chats and messages are incomplete.
   */
  | { type: 'moved'; cursor: string | null; lost: boolean }
  /** A message was added to the outbox, or a failed message is sent again. */
  | { type: 'queued'; entry: Outgoing }
  | AcceptedChange
  | { type: 'failed'; ref: string; error: Failure }
  | { type: 'discarded'; ref: string }
  /**
   * This user has received or read a chat up to a message. `settled`: the server has acknowledged
   * that.
   */
  | { type: 'marked'; chat: number; mark: Mark; settled: boolean }
  | ChatsChange
  | MessagesChange
  /** Users were read from the api. */
  | { type: 'people'; users: BriefUser[] }
  | { type: 'status'; status: Status }
  | { type: 'storage'; storage: StorageStatus }
  /** A streamed message has ended. A later event contains its final content. */
  | { type: 'streamed'; chat: number; id: number }
  | { type: 'frame'; frame: TypingFrame | PresenceFrame | StreamFrame };

/** Chats were read from the api. */
interface ChatsChange {
  type: 'chats';
  chats: Chat[];
  /** True if `chats` contains all chats of the user, so that other chats are removed. */
  complete: boolean;
  /**
   * True if accepted messages are missing in this response or in another one of the same reload.
   */
  unrecorded?: boolean;
  /**
   * Cursor at the time of the request. The client applies later changes of messages to the
   * response.
   */
  since?: string | null;
  users?: BriefUser[];
}

/** A page of messages was read from the api. */
interface MessagesChange {
  type: 'messages';
  chat: number;
  messages: Message[];
  /** True if the chat has messages that are older than the page. */
  more: boolean;
  /**
   * True if the page ends with the newest message. Then no message is missing between its messages.
   */
  newest?: boolean;
  /** True if accepted messages or changes might be missing in the page. */
  unrecorded?: boolean;
  /**
   * Cursor at the time of the request. The client applies later changes of messages to the page.
   */
  since?: string | null;
  users?: BriefUser[];
}

/** A message in the outbox. */
export interface Outgoing {
  /** Idempotency key. The server accepts only one message per `ref`. */
  ref: string;
  chat: number;
  body: Body;
  replyTo?: number;
  mentions?: number[];
  custom?: Custom;
  silent?: true;
  /** Time at which the user wrote the message, in Unix ms. */
  date: number;
  /** Reason why the server has refused the message. */
  error?: Failure;
}

/** The acknowledgement of a message. */
export interface Accepted {
  id: number;
  /** Unix ms. */
  date: number;
  ref?: string | undefined;
  /**
   * True if a device of the recipient, or of another group member, was connected. Always false if
   * the recipient hides their presence. Undefined if unknown.
   */
  online?: boolean | undefined;
}

/** The server has accepted the message in the outbox that has this ref. */
export interface AcceptedChange extends Accepted {
  type: 'accepted';
  ref: string;
  conversation: string;
  /** Body of the message, if a hook of the server has changed it. */
  body?: Body | undefined;
  custom?: Custom | null | undefined;
}

/** Reason why the server has refused a message. */
export interface Failure {
  code: ParleyError['code'];
  message: string;
}

/** Ids of the last received message and the last read message of a chat. */
export interface Mark {
  delivered?: number;
  read?: number;
}

/** State of the connection. */
export interface Status {
  state: ConnectionState;
  /** Name of the current transport. Undefined without a connection. */
  transport?: TransportName | undefined;
  /** Reason why the client is not connected, if known. */
  reason?: string | undefined;
}

/**
 * Whether messages and the outbox survive a reload of the page. `kept`: they are in the store.
 * `failing`: the store rejects writes, for example because the disk is full, and the client
 * retries. `memory`: there is no store, or it cannot be read.
 */
export interface StorageStatus {
  state: 'kept' | 'failing' | 'memory';
  /** Reason why messages do not survive a reload, if known. */
  reason?: string | undefined;
}
