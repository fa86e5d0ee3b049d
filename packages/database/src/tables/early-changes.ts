import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * A deferred change: a recall, edit or reaction recorded before its message. It is applied when the
 * message is recorded, or deleted after a day.
 */
export interface EarlyChangesTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** The user who made the change. */
  user_id: number;
  kind: 'recall' | 'edit' | 'react';
  /** Empty unless `kind` is `react`. */
  emoji: Generated<string>;
  /** For a recall: whether the owner or an admin of the group recalled the message. */
  active: boolean | null;
  date: number;
  body: JsonColumn | null;
  custom: JsonColumn<Custom> | null;
}
