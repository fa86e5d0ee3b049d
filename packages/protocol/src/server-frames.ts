import type { ErrorCode } from './error-codes.ts';
import type { ParleyEvent } from './events.ts';

/** The first frame of a connection. */
export interface Welcome {
  type: 'welcome';
  connection: string;
  user: number;
  /** Cursor before the first event that follows. */
  cursor: string;
  /** Cursor of the last missed event. Equal to `cursor` if nothing was missed. */
  last: string;
  /** False if the inbox no longer holds missed events: reload from the api. */
  recovered: boolean;
  /** Ms between the server's pings. */
  heartbeat: number;
  /** Sends that may be unacknowledged. */
  maxInFlight: number;
}

/** A message was accepted: it is on disk in Redis and in every participant's inbox. */
export interface SendAck {
  type: 'ack';
  ref: string;
  id: number;
  conversation: string;
  date: number;
  /** True if a device of the recipient, or of another member of the group, was connected. */
  online: boolean;
  /** True if the same `ref` was accepted before. */
  duplicate: boolean;
}

/** Any other frame with a `ref` was executed. */
export interface Ack {
  type: 'ack';
  ref: string;
}

export interface ErrorFrame {
  type: 'error';
  ref?: string;
  code: ErrorCode;
  message: string;
  retry: boolean;
  /** Ms. */
  retryAfter?: number;
}

export interface EventFrame {
  type: 'event';
  cursor: string;
  event: ParleyEvent;
}

export interface TypingFrame {
  type: 'typing';
  chat: number;
  user: number;
  active: boolean;
}

export interface PresenceFrame {
  type: 'presence';
  user: number;
  online: boolean;
  /** Unix ms. Null while online and if unknown. */
  lastSeen: number | null;
}

/** The server is stopping: reconnect after this many ms. */
export interface ReconnectFrame {
  type: 'reconnect';
  after: number;
}

export type ServerFrame =
  | Welcome
  | SendAck
  | Ack
  | ErrorFrame
  | { type: 'pong'; ref?: string }
  | EventFrame
  | TypingFrame
  | PresenceFrame
  | ReconnectFrame;
