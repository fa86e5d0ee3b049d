import type { ErrorCode } from './error-codes.ts';
import type { ParleyEvent } from './events.ts';

/** The first frame of a connection. */
export interface Welcome {
  type: 'welcome';
  connection: string;
  user: number;
  /** The place just before the first event that follows. */
  cursor: string;
  /** The last event that follows for having been missed; equal to `cursor` when there is none. */
  last: string;
  /** False when events were missed that the inbox no longer holds: reload from the api. */
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
  /** Some device of the recipient (any other member, in a group) was connected. */
  online: boolean;
  /** The same `ref` had been accepted before. */
  duplicate: boolean;
}

/** Any other frame with a `ref` was carried out. */
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
  /** Ms since 1970; null while online and when not known. */
  lastSeen: number | null;
}

/** Come back after so many ms; this server is going away. */
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
