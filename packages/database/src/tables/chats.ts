import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn, LastMessage } from './last-message.ts';

/**
 * One participant's copy of a conversation. With a user as peer, the row has all data. With a group
 * as peer, only `cleared_id`, `pinned`, `muted`, `archived`, `archived_id`, `custom`, `hidden` and
 * `updated` are used: the last message is in `groups` and the read position in `group_members`, so
 * that a message to 500 members does not write 500 rows. The row of a group chat may be missing,
 * which means the defaults. A chat is listed if it is not hidden or its last message is above
 * `cleared_id`.
 */
export interface ChatsTable extends LastMessage {
  owner_id: number;
  /** A user or a group. */
  peer_id: number;
  /**
   * Number of the peer's messages in this copy above `read_id` and `cleared_id`. Written by the
   * recorder.
   */
  unread: Generated<number>;
  /** How far the owner has read. */
  read_id: Generated<number>;
  /** How far the owner has received. */
  delivered_id: Generated<number>;
  /** How far the peer has read. */
  peer_read_id: Generated<number>;
  /** How far the peer has received. */
  peer_delivered_id: Generated<number>;
  /**
   * Messages up to this id are cleared from this copy, whether their rows are deleted or not. See
   * `clearChat`.
   */
  cleared_id: Generated<number>;
  /**
   * Lowest id of the peer's messages in the last batch: the recorder's upsert recognises late
   * messages by it.
   */
  run_id: Generated<number>;
  is_group: Generated<boolean>;
  pinned: Generated<boolean>;
  muted: Generated<boolean>;
  /**
   * Put away by its owner. Counts only while the chat is muted or has no message above
   * `archived_id`.
   */
  archived: Generated<boolean>;
  /** The greatest message id when the owner archived the chat. */
  archived_id: Generated<number>;
  /** Data of the app, for the owner alone. */
  custom: JsonColumn<Custom> | null;
  /** Deleted by its owner; a message above `cleared_id` brings it back. */
  hidden: Generated<boolean>;
  /** Whether changes recorded before their messages are in `early_changes`. */
  early: Generated<boolean>;
  /** When the chat was last opened, changed or written to. */
  updated: Generated<number>;
}
