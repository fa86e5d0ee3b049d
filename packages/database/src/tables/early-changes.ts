import type { Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/** A recall, edit or reaction recorded before its message: applied when the message comes, forgotten after a day. */
export interface EarlyChangesTable {
  owner_id: number;
  peer_id: number;
  /** Of the message. */
  id: number;
  /** Who changes it. */
  user_id: number;
  kind: 'recall' | 'edit' | 'react';
  /** Empty unless `kind` is `react`. */
  emoji: Generated<string>;
  active: boolean | null;
  date: number;
  body: JsonColumn | null;
}
