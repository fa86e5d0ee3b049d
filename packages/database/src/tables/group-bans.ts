import type { Generated } from 'kysely';

/** A user who is banned from a group. Nobody can add this user to the group. */
export interface GroupBansTable {
  group_id: number;
  user_id: number;
  /** The owner or admin who banned the user. */
  by_id: number;
  created: Generated<number>;
}
