import type { Generated } from 'kysely';

/** The user `user_id` blocks `blocked_id`, who therefore cannot write to `user_id`. */
export interface BlocksTable {
  user_id: number;
  blocked_id: number;
  date: Generated<number>;
}
