import type { Generated } from 'kysely';

/** A heading under which a user sorts friends. */
export interface FriendGroupsTable {
  id: Generated<number>;
  user_id: number;
  /** Unique per user, in lower case and NFKC. */
  name: string;
  /** Ascending place in the list. */
  position: Generated<number>;
}
