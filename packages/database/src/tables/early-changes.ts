import type { Custom } from '@parley/protocol';
import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * A deferred change: a recall, edit or reaction recorded before its message. Applied when the
 * message is recorded, deleted after a day.
 */
export interface EarlyChangesTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** Sender of the change. */
  user_id: number;
  kind: 'recall' | 'edit' | 'react';
  /** Empty unless `kind` is `react`. */
  emoji: Generated<string>;
  /** Of a recall: whether the owner or an admin of the group recalled it. */
  active: boolean | null;
  date: number;
  body: JsonColumn | null;
  custom: JsonColumn<Custom> | null;
}
