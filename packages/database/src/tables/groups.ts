import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn, LastMessage } from './last-message.ts';

/** A group: users who share a conversation. */
export interface GroupsTable extends LastMessage {
  /** From `next_principal_id()`, the sequence of users and groups. */
  id: Generated<number>;
  /** Unique without case among groups that are not dissolved. */
  name: string;
  description: Generated<string>;
  avatar: string | null;
  /**
   * Id of the group in the product that embeds Parley. Unique among groups that are not dissolved.
   */
  external_id: string | null;
  owner_id: number;
  /** Whether members see messages from before they joined. */
  history: Generated<'joined' | 'all'>;
  /** Seconds that a member must wait between two messages, at most a day. 0: no slow mode. */
  slow_mode: Generated<number>;
  /**
   * Whether other users can find the group, and whether they can join it directly or must request
   * to join.
   */
  visibility: Generated<'private' | 'request' | 'public'>;
  /**
   * Days after which messages are removed. 0: never. Null: after the retention period of the
   * installation.
   */
  retention_days: number | null;
  /** At most 500. */
  max_members: Generated<number>;
  /**
   * Number of recorded messages without notices. A member's unread number is this minus the
   * member's `seen_count`.
   */
  message_count: Generated<number>;
  /** A mark of members above `last_id`. No member's `seen_id` exceeds the greater of both. */
  horizon_id: Generated<number>;
  /** Whether changes recorded before their messages are in `early_changes`. */
  early: Generated<boolean>;
  /** Increases with every change of members. See `bumpPermits`. */
  permits_version: Generated<number>;
  /** Data of the app. */
  custom: JsonColumn<Custom> | null;
  created: Generated<number>;
  dissolved: number | null;
}
