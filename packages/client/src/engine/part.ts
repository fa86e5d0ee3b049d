import type { Ack, ClientFrame, SendAck } from '@parley/protocol';
import type { Api } from '../api/operations.ts';
import type { Backoff } from '../link/backoff.ts';
import type { Change } from '../state/change.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';

/** A part of the engine that has something to do while the connection is online. */
export interface Part {
  /** The connection is online. */
  start(): void;
  /** It no longer is, or was not. */
  stop(): void;
}

/** What parts of the engine have in common. */
export interface Context {
  state: State;
  store: Store;
  backoff: Backoff;
  /** Reads again what was missed; undefined without an api. */
  api: Api | undefined;
  /** Messages kept of each chat. */
  keep: number;
  /** Sends a frame if there is a connection. */
  send(frame: ClientFrame): void;
  /** Sends a frame, again on every connection, until it is acknowledged. @throws ParleyError when it is refused */
  ask(frame: Askable): Promise<Ack | SendAck>;
  /** Makes a change and tells of it. */
  change(change: Change): void;
  /** The store failed. */
  failed(error: unknown): void;
}

/** A frame that is acknowledged; it may be sent twice. */
export type Askable = Extract<ClientFrame, { type: 'send' | 'mark' | 'recall' | 'edit' | 'react' | 'auth' }>;
