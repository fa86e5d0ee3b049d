import type { Custom } from '@parley/protocol';
import type { ColumnType, Generated } from 'kysely';
import type { JsonColumn } from './last-message.ts';

/**
 * A version of a message that was deleted or changed while its owner, peer or sender was on legal
 * hold. Triggers of the table `messages` insert the rows.
 */
export interface PreservedMessagesTable {
  id: ColumnType<number, never, never>;
  owner_id: number;
  peer_id: number;
  message_id: number;
  sender_id: number;
  reply_to: number | null;
  edited: number | null;
  body: JsonColumn;
  custom: JsonColumn<Custom> | null;
  mentions: number[] | null;
  /** The media file that the message contains. The media sweeper keeps this file. */
  media_id: number | null;
  /** What happened to the message: `changed` by an edit or a recall, or `deleted`. */
  cause: 'deleted' | 'changed';
  /** When that happened, in Unix ms. */
  preserved: Generated<number>;
}
