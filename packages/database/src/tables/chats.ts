import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn, LastMessage } from './last-message.ts';

/**
 * One participant's copy of a conversation. If the peer is a user, the row has all data. If it is a
 * group, only `cleared_id`, `pinned`, `muted`, `archived`, `archived_id`, `custom`, `hidden` and
 * `updated` are used: the last message is in `groups` and the read position in `group_members`, so
 * that a message to 500 members does not write 500 rows. The row of a group chat may be missing.
 * Then the defaults apply. A chat is listed if it is not hidden or its last message is above
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
  /** The owner has read messages up to this id. */
  read_id: Generated<number>;
  /** The owner has received messages up to this id. */
  delivered_id: Generated<number>;
  /** The peer has read messages up to this id. */
  peer_read_id: Generated<number>;
  /** The peer has received messages up to this id. */
  peer_delivered_id: Generated<number>;
  /**
   * Messages up to this id are cleared from this copy, even if their rows are not deleted yet. See
   * `clearChat`.
   */
  cleared_id: Generated<number>;
  /**
   * Lowest id of the peer's messages in the last batch. With it, the recorder's upsert recognises
   * late messages.
   */
  run_id: Generated<number>;
  is_group: Generated<boolean>;
  pinned: Generated<boolean>;
  muted: Generated<boolean>;
  /**
   * True if its owner archived it. Has an effect only while the chat is muted or has no message
   * above `archived_id`.
   */
  archived: Generated<boolean>;
  /** The greatest message id when the owner archived the chat. */
  archived_id: Generated<number>;
  /** Data of the app, only for the owner. */
  custom: JsonColumn<Custom> | null;
  /** True if its owner deleted it. A message above `cleared_id` shows it again. */
  hidden: Generated<boolean>;
  /** Whether changes recorded before their messages are in `early_changes`. */
  early: Generated<boolean>;
  /** When the chat was last opened, changed or written to. */
  updated: Generated<number>;
}
