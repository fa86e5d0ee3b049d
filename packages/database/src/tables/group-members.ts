import type { Generated } from 'kysely';

/** A user in a group, and how far they have seen it. */
export interface GroupMembersTable {
  group_id: number;
  user_id: number;
  role: Generated<'owner' | 'admin' | 'member'>;
  /** What the member is called in this group; empty for the user's own name. */
  alias: Generated<string>;
  joined: Generated<number>;
  /** The message id of the moment of joining; 0 for those who were there from the first. */
  joined_id: Generated<number>;
  /** The read mark, moved by the recorder. */
  read_id: Generated<number>;
  /** The delivered mark, moved by the recorder. */
  delivered_id: Generated<number>;
  /** The greatest of the read mark, the id of the moment of joining, and `chats.cleared_id`. */
  seen_id: Generated<number>;
  /** How many of the group's messages are up to `seen_id` or are the member's own: those that are not unread. */
  seen_count: Generated<number>;
}
