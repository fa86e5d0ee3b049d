import type { Cursor } from '@parley/protocol';
import type { LocalUser } from '../users/hub.ts';

/** Who a frame comes from: a connection, or a request that carries one frame. */
export interface Caller {
  /** For the log. */
  readonly id: string;
  readonly user: LocalUser;
  readonly session: string;
  readonly device: string;
  /** How far its inbox was sent to it; absent when that is not known here. */
  readonly cursor?: Cursor;
  /** Sends that are not acknowledged yet. */
  inFlight: number;
  /** Sends wait behind this one, whose sender's permit or rate had to be asked for. */
  ahead: Promise<void> | undefined;
}
