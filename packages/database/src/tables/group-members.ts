import type { Generated } from 'kysely';

/** A member of a group, with the ids up to which the member has received and read messages. */
export interface GroupMembersTable {
  group_id: number;
  user_id: number;
  role: Generated<'owner' | 'admin' | 'member'>;
  /** The member's name in this group. Empty: the group shows the user's own name. */
  alias: Generated<string>;
  joined: Generated<number>;
  /** When the member's mute ends, in Unix ms. Null or past: the member is not muted. */
  muted_until: number | null;
  /** The group's current message id at the time when the member joined. 0 for founding members. */
  joined_id: Generated<number>;
  /** The member has read messages up to this id. Written by the recorder. */
  read_id: Generated<number>;
  /** The member has received messages up to this id. Written by the recorder. */
  delivered_id: Generated<number>;
  /** The newest message of another member that mentions this member. Written by the recorder. */
  mention_id: Generated<number>;
  /**
   * The member has seen messages up to this id: the greatest of `read_id`, `joined_id` and
   * `chats.cleared_id`.
   */
  seen_id: Generated<number>;
  /**
   * Number of the group's messages that have ids up to `seen_id` or were sent by the member,
   * without notices.
   */
  seen_count: Generated<number>;
}
