import type { Generated } from 'kysely';

/** The last request of a user to join a group. It is deleted when the user becomes a member. */
export interface JoinRequestsTable {
  group_id: number;
  user_id: number;
  message: Generated<string>;
  state: Generated<'pending' | 'declined'>;
  date: Generated<number>;
  /** When it was declined. */
  decided: number | null;
}
