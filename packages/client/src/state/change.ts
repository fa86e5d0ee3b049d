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
 * A change of the state. The tab that holds the connection creates changes and sends them to the
 * other tabs, which apply them in the same order.
 */
export type Change =
  /** The next event of the inbox. */
  | { type: 'event'; cursor: string; event: ParleyEvent }
  /**
   * The inbox continues at another position. `lost`: the server no longer has the missed events, so
   * messages and chats are incomplete.
   */
  | { type: 'moved'; cursor: string | null; lost: boolean }
  /** A message was written, or a failed one is retried. */
  | { type: 'queued'; entry: Outgoing }
  | AcceptedChange
  | { type: 'failed'; ref: string; error: Failure }
  | { type: 'discarded'; ref: string }
  /**
   * This user has received or read a chat up to a message. `settled`: the server has acknowledged
   * it.
   */
  | { type: 'marked'; chat: number; mark: Mark; settled: boolean }
  | ChatsChange
  | MessagesChange
  /** Users read from the api. */
  | { type: 'people'; users: BriefUser[] }
  | { type: 'status'; status: Status }
  | { type: 'storage'; storage: StorageStatus }
  /** A streamed message has ended. An event brings its final content. */
  | { type: 'streamed'; chat: number; id: number }
  | { type: 'frame'; frame: TypingFrame | PresenceFrame | StreamFrame };

/** Chats read from the api. */
interface ChatsChange {
  type: 'chats';
  chats: Chat[];
  /** These are all chats of the user, so others are removed. */
  complete: boolean;
  /** This or another response of the reload lacks accepted messages. */
  unrecorded?: boolean;
  /** The cursor when they were requested. Later changes of messages are applied again. */
  since?: string | null;
  users?: BriefUser[];
}

/** A page of messages read from the api. */
interface MessagesChange {
  type: 'messages';
  chat: number;
  messages: Message[];
  /** The chat has older messages than these. */
  more: boolean;
  /** These are the newest messages, so that no message is missing between them. */
  newest?: boolean;
  /** Accepted messages and changes may be missing. */
  unrecorded?: boolean;
  /** The cursor when they were requested. Later changes of messages are applied again. */
  since?: string | null;
  users?: BriefUser[];
}

/** A message in the outbox. */
export interface Outgoing {
  /** Idempotency key. The server accepts one message per `ref`. */
  ref: string;
  chat: number;
  body: Body;
  replyTo?: number;
  mentions?: number[];
  custom?: Custom;
  silent?: true;
  /** When the message was written, in Unix ms. */
  date: number;
  /** Why the server refused the message. */
  error?: Failure;
}

/** The acknowledgement of a message. */
export interface Accepted {
  id: number;
  /** Unix ms. */
  date: number;
  ref?: string | undefined;
  /**
   * True if a device of the recipient, or of another member of the group, was connected. False if
   * the recipient hides it. Undefined if unknown.
   */
  online?: boolean | undefined;
}

/** The server accepted the message of the outbox with this ref. */
export interface AcceptedChange extends Accepted {
  type: 'accepted';
  ref: string;
  conversation: string;
  /** The body, if a hook of the server changed it. */
  body?: Body | undefined;
  custom?: Custom | null | undefined;
}

/** Why the server refused a message. */
export interface Failure {
  code: ParleyError['code'];
  message: string;
}

/** Ids of the last message received and the last message read. */
export interface Mark {
  delivered?: number;
  read?: number;
}

/** State of the connection. */
export interface Status {
  state: ConnectionState;
  /** Transport in use. Undefined without a connection. */
  transport?: TransportName | undefined;
  /** Why there is no connection, if the reason is known. */
  reason?: string | undefined;
}

/**
 * Whether messages and the outbox survive a reload. `kept`: they are in the store. `failing`: the
 * store rejects writes, such as on a full disk, and the client retries. `memory`: there is no
 * store, or it cannot be read.
 */
export interface StorageStatus {
  state: 'kept' | 'failing' | 'memory';
  /** Why messages do not survive a reload, if the reason is known. */
  reason?: string | undefined;
}
