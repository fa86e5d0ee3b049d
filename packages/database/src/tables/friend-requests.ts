import type { Generated } from 'kysely';

/** A friend request. A user has at most one pending request to another user. */
export interface FriendRequestsTable {
  id: Generated<number>;
  from_id: number;
  to_id: number;
  message: Generated<string>;
  state: Generated<'pending' | 'accepted' | 'declined'>;
  date: Generated<number>;
  /** When the recipient accepted or declined the request. */
  decided: number | null;
}
