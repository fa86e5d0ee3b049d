import type { Generated } from 'kysely';

/** One user's side of a friendship. A second row, with the users swapped, is the friend's side. */
export interface FriendshipsTable {
  user_id: number;
  friend_id: number;
  /** The user's own name for the friend. Empty: none. */
  remark: Generated<string>;
  friend_group_id: number | null;
  since: Generated<number>;
}
