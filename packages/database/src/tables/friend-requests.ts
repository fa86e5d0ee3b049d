import type { Generated } from 'kysely';

/** A friend request. At most one is pending from one user to another. */
export interface FriendRequestsTable {
  id: Generated<number>;
  from_id: number;
  to_id: number;
  message: Generated<string>;
  state: Generated<'pending' | 'accepted' | 'declined'>;
  date: Generated<number>;
  /** When it was accepted or declined. */
  decided: number | null;
}
