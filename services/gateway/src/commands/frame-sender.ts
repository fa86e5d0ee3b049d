import type { CloseReason, Cursor } from '@parley/protocol';
import { SendWindow } from '../admission/send-window.ts';
import type { Watcher } from '../presence/watch-list.ts';
import type { LocalUser } from '../users/local-user.ts';

/** Who sent a frame, by whatever transport. */
export interface FrameSender {
  /** For the log. */
  readonly id: string;
  readonly user: LocalUser;
  readonly session: string;
  readonly device: string;
  readonly sends: SendWindow;
  /** The sender's connection. Undefined for a frame by `POST /v1/frames`. */
  readonly connection?: SenderConnection | undefined;
}

/** A sender that has a connection. */
export interface SenderConnection extends FrameSender, Watcher {
  /** Number among the connections of its user. `SESSION_POLICY=single` only. */
  readonly number: number;
  /** The position up to which the connection has sent the inbox. */
  readonly cursor: Cursor;
  /** Resolves when the connection is open or closed. Undefined from then on. */
  readonly opening: Promise<void> | undefined;
  readonly closed: boolean;
  /** The client sent a message with this ref. Followed by `endSend`. */
  beginSend(ref: string): void;
  /** Sends the reply to a message. */
  endSend(ref: string, reply: string): void;
  /** The client is alive: it sent something. */
  alive(): void;
  /** Continues under a new token. `expires` in Unix ms. */
  renew(session: string, expires: number): void;
  close(reason: CloseReason, text: string): void;
}

/** The sender of a single frame that came without a connection. */
export class RequestSender implements FrameSender {
  readonly id: string;
  readonly user: LocalUser;
  readonly session: string;
  readonly device: string;
  readonly sends = new SendWindow();

  constructor(user: LocalUser, { connection, session, device }: RequestClaims) {
    this.id = connection;
    this.user = user;
    this.session = session;
    this.device = device;
  }
}

interface RequestClaims {
  connection: string;
  session: string;
  device: string;
}
