import type { Ack, ClientFrame, SendAck, StreamFrame } from '@parley/protocol';
import type { Api } from '../api/operations.ts';
import type { Backoff } from '../connection/backoff.ts';
import type { Change } from '../state/change.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';

/** A component of the engine that works only while the connection is online. */
export interface OnlinePart {
  /** Called when the connection becomes online. */
  start(): void;
  /**
   * Called when the connection changes to a state other than online. Can be called several times in
   * a row.
   */
  stop(): void;
}

/** State and services that the components of the engine share. */
export interface EngineContext {
  state: State;
  store: Store;
  backoff: Backoff;
  /** The REST api. Undefined if the app connects to gateways only. */
  api: Api | undefined;
  /** Number of messages to keep in memory per chat. */
  keep: number;
  /** Sends a frame. No-op without a connection. */
  send(frame: ClientFrame): void;
  /**
   * Sends a frame, and sends it again on every new connection until it is acknowledged.
   *
   * @throws ParleyError if the server refuses the frame
   */
  request(frame: AckedFrame): Promise<Ack | SendAck | StreamFrame>;
  /** Applies a change to the state, and publishes the change to the app and to the other tabs. */
  change(change: Change): void;
  /** Reports an error, such as a failed write to the store, to the app. */
  failed(error: unknown): void;
}

/** A frame that the server acknowledges. The client can resend it, because it is idempotent. */
export type AckedFrame =
  | Extract<ClientFrame, { type: 'send' | 'mark' | 'recall' | 'edit' | 'react' | 'pin' | 'hide' | 'action' | 'auth' }>
  | Extract<ClientFrame, { type: 'stream'; op: 'start' | 'read' | 'end' }>;
