import type { Generated } from 'kysely';

/** `blocked_id` may not write to `user_id`. */
export interface BlocksTable {
  user_id: number;
  blocked_id: number;
  date: Generated<number>;
}
