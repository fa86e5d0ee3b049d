import type { Generated } from 'kysely';

/** A user's last request to join a group. It is deleted when the user becomes a member. */
export interface JoinRequestsTable {
  group_id: number;
  user_id: number;
  message: Generated<string>;
  state: Generated<'pending' | 'declined'>;
  date: Generated<number>;
  /** When the owner or an admin declined the request. */
  decided: number | null;
}
