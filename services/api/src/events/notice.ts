import type { ParleyEvent } from '@parley/protocol';

/**
 * What Redis is told of a change in PostgreSQL, once that is committed. It may be told twice (a crash between telling and forgetting), so
 * every part bears repeating: copies are read anew, and events make clients look again.
 */
export interface Notice {
  /** Users or groups whose permit copy is written anew, from what PostgreSQL holds at that moment. */
  copies?: number[];
  /** Users whose gateways forget what they remember of permits. */
  forget?: number[];
  /** Sessions that ended; `until` is the end of their last access token, in ms since 1970. */
  revoked?: { user: number; session: string; until: number }[];
  /** External ids, and the users they stand for; null: nobody any more. */
  externals?: { external: string; user: number | null }[];
  /** Users whose sockets are closed, whatever session they are of. */
  closed?: number[];
  /** When it happened, in ms since 1970; now, when absent. */
  date?: number;
  /** Events, each for the inboxes of some users. */
  events?: { users: number[]; event: ParleyEvent }[];
  /** Rows of a cleared chat, to be deleted up to and with a message. */
  purge?: { owner: number; peer: number; upTo: number };
  /** A deleted user, of whom nothing is to be left. */
  erase?: Erasure;
}

/** Adds a notice to those that are written with the transaction and delivered after it. */
export type Notify = (notice: Notice) => void;

/** A user who was deleted. */
export interface Erasure {
  user: number;
  /** When, in Unix ms. */
  at: number;
}
