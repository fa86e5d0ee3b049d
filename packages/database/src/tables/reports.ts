import type { ColumnType, Generated } from 'kysely';

/** A report of a user, a group or a message. One reporter has one open report per target. */
export interface ReportsTable {
  id: Generated<number>;
  reporter_id: number;
  kind: 'user' | 'group' | 'message';
  /** The user, the group, or the chat of the message for the reporter. */
  target_id: number;
  /** Id of the message. 0 for other targets. */
  message_id: Generated<number>;
  /** The reported user or the sender of the message. Null for a group. */
  user_id: number | null;
  /** The reported group, or the group of the message. Null if there is none. */
  group_id: number | null;
  /** The content of the message at the time of the report. */
  message: ColumnType<object | null, string | null>;
  reason: string;
  text: Generated<string>;
  state: Generated<'open' | 'closed'>;
  /** A note of the moderators. */
  note: Generated<string>;
  created: Generated<number>;
  updated: Generated<number>;
}
