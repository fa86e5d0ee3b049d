import type { ParleyEvent } from '@parley/protocol';
import type { GroupNotice } from './group-notice.ts';

/**
 * A list of changes to make in Redis after a transaction has committed in PostgreSQL. After a
 * crash, a notice can be delivered twice, so every part is idempotent: copies are read from
 * PostgreSQL again, and events only make clients reload.
 */
export interface Notice {
  /**
   * Users or groups whose permits in Redis (who is allowed to write to them) are rewritten from
   * PostgreSQL.
   */
  copies?: number[];
  /**
   * Users whose presence might have become hidden. Their watchers check whether they still see it.
   */
  hidden?: number[];
  /**
   * Pairs of users for which gateways must drop their cached permits (whether one is allowed to
   * write to the other), and whose presence might have become hidden from each other.
   */
  fences?: [number, number][];
  /** Users for which gateways must drop all cached permits (who is allowed to write to them). */
  forget?: number[];
  /**
   * Sessions that ended. `until` is when the last access token of the session expires, in Unix ms.
   */
  revoked?: { user: number; session: string; until: number }[];
  /** External ids and their users. Null: the external id no longer belongs to a user. */
  externals?: { external: string; user: number | null }[];
  /** Users whose sockets are all closed, whatever their session. */
  closed?: number[];
  /** When the change was committed, in Unix ms. Default: now. */
  date?: number;
  /** Events, each with the users whose inboxes receive the event. */
  events?: { users: number[]; event: ParleyEvent }[];
  /**
   * Messages that report the change to the members of groups. They are written after the events.
   */
  groupNotices?: GroupNotice[];
  /** Bans and mutes in groups, which are sent to webhooks. */
  moderation?: Moderation[];
  /** A new report about a user or message, which is sent to webhooks. */
  report?: { id: number } & Record<string, string | number | null>;
  /** Deletes the rows of a cleared chat, up to and including the message `upTo`. */
  purge?: { owner: number; peer: number; upTo: number };
  /** A deleted user whose data must be erased. */
  erase?: Erasure;
}

/** A ban or mute of a user in a group, or its end. */
export interface Moderation {
  change: 'banned' | 'unbanned' | 'muted' | 'unmuted';
  group: number;
  user: number;
  /** The owner or admin who did it, or the system user for the server API. */
  by: number;
  /** When a mute ends, in Unix ms. */
  until?: number;
}

/** Adds a notice to the current transaction. The outbox delivers it after the commit. */
export type Notify = (notice: Notice) => void;

/** A deleted user and the time of the deletion. */
export interface Erasure {
  user: number;
  /** Time of the deletion in Unix ms. */
  at: number;
}
