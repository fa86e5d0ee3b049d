import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * A deferred change: a recall, edit or reaction that was recorded before its message. The recorder
 * applies it when it records the message, or deletes it after a day.
 */
export interface EarlyChangesTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** The user who made the change. */
  user_id: number;
  kind: 'recall' | 'edit' | 'react';
  /** The emoji of a reaction. Empty for other kinds of changes. */
  emoji: Generated<string>;
  /**
   * For a recall: whether the owner or an admin of the group recalled the message. For an edit:
   * true if it is the final content of a streamed message. For a reaction: false if it was removed.
   */
  active: boolean | null;
  date: number;
  body: JsonColumn | null;
  custom: JsonColumn<Custom> | null;
}
