import type { ColumnType, Generated } from 'kysely';

/**
 * A user's report of another user, a group or a message. A reporter has at most one open report per
 * target.
 */
export interface ReportsTable {
  id: Generated<number>;
  reporter_id: number;
  kind: 'user' | 'group' | 'message';
  /**
   * Id of the reported user or group. For a message: the id of its chat, as the reporter names it.
   */
  target_id: number;
  /** Id of the reported message. 0 if a user or group is reported. */
  message_id: Generated<number>;
  /** The reported user, or the sender of the reported message. Null for a group. */
  user_id: number | null;
  /** The reported group, or the group of the reported message. Null if there is none. */
  group_id: number | null;
  /** Content of the reported message at the time of the report. */
  message: ColumnType<object | null, string | null>;
  reason: string;
  text: Generated<string>;
  state: Generated<'open' | 'closed'>;
  /** Note that moderators wrote about the report. */
  note: Generated<string>;
  created: Generated<number>;
  updated: Generated<number>;
}
