import type { Generated } from 'kysely';

/** One side of a friendship. The friend owns the mirrored row. */
export interface FriendshipsTable {
  user_id: number;
  friend_id: number;
  /** The user's name for the friend. Empty: none. */
  remark: Generated<string>;
  friend_group_id: number | null;
  since: Generated<number>;
}
