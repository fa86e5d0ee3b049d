import type { ParleyEvent } from '@parley/protocol';
import type { GroupNotice } from './group-notice.ts';

/**
 * The changes to make in Redis after a change was committed in PostgreSQL. A crash may deliver a
 * notice twice, so every part is idempotent: copies are read again, and events make clients read
 * again.
 */
export interface Notice {
  /** Users or groups whose permit copy is written again from PostgreSQL. */
  copies?: number[];
  /** Users whose watchers must check whether they still see the user's presence. */
  hidden?: number[];
  /**
   * Pairs of users whose cached permits in gateways have become invalid, and who may not see each
   * other's presence any more.
   */
  fences?: [number, number][];
  /** Users whose cached permits gateways must clear. */
  forget?: number[];
  /** Sessions that ended. `until` is the end of their last access token, in Unix ms. */
  revoked?: { user: number; session: string; until: number }[];
  /** External ids with their users. Null: the id has no user any more. */
  externals?: { external: string; user: number | null }[];
  /** Users whose sockets are closed, for all sessions. */
  closed?: number[];
  /** When the change happened, in Unix ms. Default: now. */
  date?: number;
  /** Events, each with the users whose inboxes receive it. */
  events?: { users: number[]; event: ParleyEvent }[];
  /** Messages that report the change to the members of groups. They follow the events. */
  groupNotices?: GroupNotice[];
  /** A new report, for webhooks. */
  report?: { id: number } & Record<string, string | number | null>;
  /** Rows of a cleared chat to delete, up to and including a message. */
  purge?: { owner: number; peer: number; upTo: number };
  /** A deleted user whose data is to be erased. */
  erase?: Erasure;
}

/**
 * Adds a notice to the transaction. It is written with the transaction and delivered after the
 * commit.
 */
export type Notify = (notice: Notice) => void;

/** A user who was deleted. */
export interface Erasure {
  user: number;
  /** When, in Unix ms. */
  at: number;
}
