import type { CloseReason, Cursor } from '@parley/protocol';
import { SendWindow } from '../admission/send-window.ts';
import type { FocusedConnection } from '../presence/focus-list.ts';
import type { Watcher } from '../presence/watch-list.ts';
import type { LocalUser } from '../users/local-user.ts';

/** The user and device that sent a frame over any transport. */
export interface FrameSender {
  /** For the log. */
  readonly id: string;
  readonly user: LocalUser;
  readonly session: string;
  readonly device: string;
  readonly sends: SendWindow;
  /** The sender's connection. Undefined if the frame was sent with `POST /v1/frames`. */
  readonly connection?: SenderConnection | undefined;
}

/** The sender of a frame that arrived over a connection. */
export interface SenderConnection extends FrameSender, Watcher, FocusedConnection {
  readonly user: LocalUser;
  /**
   * Sequence number of the connection among those of its user. Set only with
   * `SESSION_POLICY=single`.
   */
  readonly number: number;
  /** Position in the inbox of the last event that was sent on the connection. */
  readonly cursor: Cursor;
  /** Resolves when the connection is open or closed. Afterwards, this field is undefined. */
  readonly opening: Promise<void> | undefined;
  readonly closed: boolean;
  /**
   * Called when the client sends a message with this ref. `endSend` is called when the reply is
   * known.
   */
  beginSend(ref: string): void;
  /** Sends the reply to a message. Called once for each call of `beginSend`. */
  endSend(ref: string, reply: string): void;
  /** Called when the client sends anything, which proves that the client is still connected. */
  alive(): void;
  /** Replaces the access token by a newer one. `expires` is in Unix ms. */
  renew(session: string, expires: number): void;
  close(reason: CloseReason, text: string): void;
}

/** Represents the sender of one frame that arrived without a connection. */
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
