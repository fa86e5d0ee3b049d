import type { CloseReason, Cursor } from '@parley/protocol';
import { SendWindow } from '../admission/send-window.ts';
import type { FocusedConnection } from '../presence/focus-list.ts';
import type { Watcher } from '../presence/watch-list.ts';
import type { LocalUser } from '../users/local-user.ts';

/** The user and device that sent a frame, over any transport. */
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
export interface SenderConnection extends FrameSender, Watcher, FocusedConnection {
  readonly user: LocalUser;
  /** Number of the connection among those of its user. Set only with `SESSION_POLICY=single`. */
  readonly number: number;
  /** The position up to which the connection has sent events of the inbox. */
  readonly cursor: Cursor;
  /** Resolves when the connection is open or closed. Undefined from then on. */
  readonly opening: Promise<void> | undefined;
  readonly closed: boolean;
  /** Called when the client sends a message with this ref. `endSend` follows. */
  beginSend(ref: string): void;
  /** Sends the reply to a message. */
  endSend(ref: string, reply: string): void;
  /** Called when the client sends anything, which proves that it is connected. */
  alive(): void;
  /** Replaces the token by a new one. `expires` in Unix ms. */
  renew(session: string, expires: number): void;
  close(reason: CloseReason, text: string): void;
}

/** The sender of a single frame without a connection. */
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
