import type { Generated } from 'kysely';

/** A named section of a user's friend list. */
export interface FriendGroupsTable {
  id: Generated<number>;
  user_id: number;
  /** Name of the section. Unique per user, ignoring case and Unicode form (NFKC). */
  name: string;
  /** Position in the friend list, ascending. */
  position: Generated<number>;
}
