import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn, LastMessage } from './last-message.ts';

/** A group: users who share a conversation. */
export interface GroupsTable extends LastMessage {
  /** From `next_principal_id()`, which assigns the ids of users and groups. */
  id: Generated<number>;
  /**
   * Name of the group. If `UNIQUE_GROUP_NAMES` is set, unique among groups that are not dissolved,
   * ignoring case.
   */
  name: string;
  description: Generated<string>;
  avatar: string | null;
  /**
   * Id of the group in the product that embeds Parley. Unique among groups that are not dissolved.
   */
  external_id: string | null;
  owner_id: number;
  /** Which messages new members can read: only those since they joined, or all. */
  history: Generated<'joined' | 'all'>;
  /** Seconds that a member must wait between two messages, at most a day. 0: no slow mode. */
  slow_mode: Generated<number>;
  /**
   * Whether other users can find the group, and whether they can join it directly or must request
   * to join.
   */
  visibility: Generated<'private' | 'request' | 'public'>;
  /**
   * Days after which messages are removed. 0: never. Null: the retention period of the installation
   * applies.
   */
  retention_days: number | null;
  /** At most 500. */
  max_members: Generated<number>;
  /**
   * Number of recorded messages, without notices. A member's unread number is this number minus the
   * member's `seen_count`.
   */
  message_count: Generated<number>;
  /**
   * Greatest id that a member's seen position reached while it was above `last_id`. No member's
   * `seen_id` is above both `last_id` and `horizon_id`.
   */
  horizon_id: Generated<number>;
  /**
   * True if `early_changes` contains changes of this group that were recorded before their
   * messages.
   */
  early: Generated<boolean>;
  /** Increases whenever the group's members change. See `bumpPermits`. */
  permits_version: Generated<number>;
  /** Data of the app. */
  custom: JsonColumn<Custom> | null;
  created: Generated<number>;
  dissolved: number | null;
}
