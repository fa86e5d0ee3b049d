import type { Generated } from 'kysely';
import type { LastMessage } from './last-message.ts';

/**
 * One participant's own box of a conversation.
 *
 * With a user as peer the row says everything. With a group as peer only `cleared_id`, `pinned`, `muted`, `hidden` and
 * `updated` are used; the last message stands in `groups` and the read position in `group_members`, so that a message
 * to 500 members writes no 500 rows. The row of a group chat may be missing: its defaults hold.
 *
 * Shown in a list: those that are not hidden or whose last message is above `cleared_id`.
 */
export interface ChatsTable extends LastMessage {
  owner_id: number;
  /** A user or a group. */
  peer_id: number;
  /** The peer's messages in this copy above `read_id` and `cleared_id`. Moved by the recorder. */
  unread: Generated<number>;
  /** How far the owner has read. */
  read_id: Generated<number>;
  /** How far the owner has received. */
  delivered_id: Generated<number>;
  /** How far the peer has read. */
  peer_read_id: Generated<number>;
  /** How far the peer has received. */
  peer_delivered_id: Generated<number>;
  /** Messages up to here are gone from this copy, whether their rows are still there or not. See `clearChat`. */
  cleared_id: Generated<number>;
  /** Lowest id of the peer's messages in the batch written last: lets the recorder's upsert tell late messages. */
  run_id: Generated<number>;
  is_group: Generated<boolean>;
  pinned: Generated<boolean>;
  muted: Generated<boolean>;
  /** Deleted by its owner; a message above `cleared_id` brings it back. */
  hidden: Generated<boolean>;
  /** Some change came before its message and waits in `early_changes`. */
  early: Generated<boolean>;
  /** When the chat was last opened, changed or written in. */
  updated: Generated<number>;
}
