import type { Generated } from 'kysely';

/** One side of a friendship; the friend owns the mirrored row. */
export interface FriendshipsTable {
  user_id: number;
  friend_id: number;
  /** What this user calls the friend; empty for none. */
  remark: Generated<string>;
  friend_group_id: number | null;
  since: Generated<number>;
}
