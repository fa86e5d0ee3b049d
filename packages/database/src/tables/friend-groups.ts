import type { Generated } from 'kysely';

/** A heading of a user's friend list. */
export interface FriendGroupsTable {
  id: Generated<number>;
  user_id: number;
  /** Unique per user, in lower case and NFKC. */
  name: string;
  /** Position in the list, ascending. */
  position: Generated<number>;
}
