import type { Generated } from 'kysely';
import type { LastMessage } from './last-message.ts';

/** Users who talk together. */
export interface GroupsTable extends LastMessage {
  /** From `principal_id_seq`, which users and groups share. */
  id: Generated<number>;
  /** Unique without case among the groups that are not dissolved. */
  name: string;
  description: Generated<string>;
  avatar: string | null;
  /** What the product Parley belongs to calls it; unique among the groups that are not dissolved. */
  external_id: string | null;
  owner_id: number;
  /** What members see of the time before they joined: nothing, or all. */
  history: Generated<'joined' | 'all'>;
  /** At most 500. */
  max_members: Generated<number>;
  /** Messages recorded. A member's unread is this less the member's `seen_count`. */
  message_count: Generated<number>;
  /** No member's `seen_id` is above the greater of this and `last_id`. */
  horizon_id: Generated<number>;
  /** Some change came before its message and waits in `early_changes`. */
  early: Generated<boolean>;
  /** Grows with every change of the members; see `bumpPermits`. */
  permits_version: Generated<number>;
  created: Generated<number>;
  dissolved: number | null;
}
