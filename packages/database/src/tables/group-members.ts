import type { Generated } from 'kysely';

/** A member of a group, with their marks. */
export interface GroupMembersTable {
  group_id: number;
  user_id: number;
  role: Generated<'owner' | 'admin' | 'member'>;
  /** The member's name in this group. Empty: the user's own name. */
  alias: Generated<string>;
  joined: Generated<number>;
  /** Until when the member may not write, in Unix ms. Null or past: the member may. */
  muted_until: number | null;
  /** The current message id at the time of joining. 0 for founding members. */
  joined_id: Generated<number>;
  /** The read mark, written by the recorder. */
  read_id: Generated<number>;
  /** The delivered mark, written by the recorder. */
  delivered_id: Generated<number>;
  /** The newest message of another member that mentions this one, written by the recorder. */
  mention_id: Generated<number>;
  /** The greatest of the read mark, the message id at joining, and `chats.cleared_id`. */
  seen_id: Generated<number>;
  /** Number of the group's messages that are up to `seen_id` or are the member's own. */
  seen_count: Generated<number>;
}
