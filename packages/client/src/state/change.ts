import type { Body, Chat, Message, ParleyEvent, PresenceFrame, TypingFrame } from '@parley/protocol';
import type { ParleyError } from '../error.ts';
import type { LinkState } from '../link/machine.ts';

/**
 * Something that became different. All that a client knows follows from its changes in their order: the tab that holds the
 * connection makes them, the other tabs are told.
 */
export type Change =
  /** The next event of the inbox. */
  | { type: 'event'; cursor: string; event: ParleyEvent }
  /** The inbox goes on from another place; `lost`: something was missed for good, so that what is kept of chats is not whole. */
  | { type: 'moved'; cursor: string | null; lost: boolean }
  /** A message was written, or a failed one is tried again. */
  | { type: 'queued'; entry: Outgoing }
  | { type: 'accepted'; ref: string; id: number; conversation: string; date: number }
  | { type: 'failed'; ref: string; error: Failure }
  | { type: 'discarded'; ref: string }
  /** This user has received or read so much; `settled` once the server knows. */
  | { type: 'marked'; chat: number; mark: Mark; settled: boolean }
  /** The api's list of chats, of which `whole` says that it replaces what was known. */
  | { type: 'chats'; chats: Chat[]; whole: boolean }
  /** A page of messages; `more` when the chat has older ones than these. */
  | { type: 'messages'; chat: number; messages: Message[]; more: boolean }
  | { type: 'status'; status: Status }
  | { type: 'storage'; storage: StorageStatus }
  | { type: 'frame'; frame: TypingFrame | PresenceFrame };

/** A message on its way, in the outbox. */
export interface Outgoing {
  /** Its name before it has an id; the server takes one `ref` once. */
  ref: string;
  chat: number;
  body: Body;
  replyTo?: number;
  mentions?: number[];
  /** Ms since 1970, when it was written. */
  date: number;
  /** Why it was refused. */
  error?: Failure;
}

/** Why something was refused: a word and a sentence. */
export interface Failure {
  code: ParleyError['code'];
  message: string;
}

/** How far, by message ids. */
export interface Mark {
  delivered?: number;
  read?: number;
}

/** How the connection is doing. */
export interface Status {
  state: LinkState;
  /** By which transport, while there is a connection. */
  transport?: TransportName | undefined;
  /** Why there is none, where that is known. */
  reason?: string | undefined;
}

/**
 * Whether what is known, and what was written and not sent, is there after a reload: `kept`; `failing` while the store cannot take it, as
 * when the disk is full, which is tried again; or `memory`, for there is no store, or none that can be read.
 */
export interface StorageStatus {
  state: 'kept' | 'failing' | 'memory';
  /** Why it is not kept, where that is known. */
  reason?: string | undefined;
}

export type TransportName = 'websocket' | 'sse' | 'poll';
