import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn, LastMessage } from './last-message.ts';

/**
 * One participant's copy of a conversation. If the peer is a user, the row has all data of the
 * chat. If the peer is a group, `groups` has the last message and `group_members` the read
 * position, so that a message to 500 members does not write 500 rows. A group chat uses only
 * `cleared_id`, `pinned`, `muted`, `mentions_only`, `archived`, `archived_id`, `custom`, `hidden`
 * and `updated`. If the row of a group chat does not exist, the columns' defaults apply. A chat is
 * listed if it is not hidden or its last message is above `cleared_id`.
 */
export interface ChatsTable extends LastMessage {
  owner_id: number;
  /** A user or a group. */
  peer_id: number;
  /**
   * Number of the peer's messages in this copy with ids above both `read_id` and `cleared_id`.
   * Written by the recorder.
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
   * Messages up to this id are cleared from the owner's copy, even if their rows are not deleted
   * yet. See `clearChat`.
   */
  cleared_id: Generated<number>;
  /**
   * Lowest id of the peer's unread messages in the last batch. The recorder's upsert uses it to
   * recognise messages that are recorded late.
   */
  run_id: Generated<number>;
  is_group: Generated<boolean>;
  pinned: Generated<boolean>;
  muted: Generated<boolean>;
  /** True if only messages that mention the owner are pushed. Set for groups only. */
  mentions_only: Generated<boolean>;
  /**
   * True if the owner archived the chat. Has an effect only while the chat is muted or has no
   * message above `archived_id`.
   */
  archived: Generated<boolean>;
  /** The greatest message id at the time when the owner archived the chat. */
  archived_id: Generated<number>;
  /** Custom data of the app, which only the owner can see. */
  custom: JsonColumn<Custom> | null;
  /** True if the owner deleted the chat. A message above `cleared_id` makes it visible again. */
  hidden: Generated<boolean>;
  /**
   * True if `early_changes` contains changes of this chat that were recorded before their messages.
   */
  early: Generated<boolean>;
  /** When the chat was last opened, was changed, or got a message, in Unix ms. */
  updated: Generated<number>;
}
