import type { Ack, ClientFrame, SendAck, StreamFrame } from '@parley/protocol';
import type { Api } from '../api/operations.ts';
import type { Backoff } from '../connection/backoff.ts';
import type { Change } from '../state/change.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';

/** A part of the engine that runs while the connection is online. */
export interface OnlinePart {
  /** Called when the connection becomes online. */
  start(): void;
  /** Called when the connection is in any other state, possibly several times. */
  stop(): void;
}

/** State and services that all parts of the engine use. */
export interface EngineContext {
  state: State;
  store: Store;
  backoff: Backoff;
  /** Undefined if the app connects to gateways without an api. */
  api: Api | undefined;
  /** Number of messages kept per chat. */
  keep: number;
  /** Sends a frame. No-op without a connection. */
  send(frame: ClientFrame): void;
  /**
   * Sends a frame, and again on every new connection until it is acknowledged. @throws ParleyError
   * if the server refuses it
   */
  request(frame: AckedFrame): Promise<Ack | SendAck | StreamFrame>;
  /** Applies a change to the state and publishes it to the app and the other tabs. */
  change(change: Change): void;
  /** Reports an error of the store. */
  failed(error: unknown): void;
}

/** A frame that the server acknowledges. Idempotent, so that it may be resent. */
export type AckedFrame =
  | Extract<ClientFrame, { type: 'send' | 'mark' | 'recall' | 'edit' | 'react' | 'pin' | 'hide' | 'action' | 'auth' }>
  | Extract<ClientFrame, { type: 'stream'; op: 'start' | 'read' | 'end' }>;
