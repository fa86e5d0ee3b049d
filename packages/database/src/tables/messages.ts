import type { Custom } from '@parley/protocol';
import type { Reactions } from '../reactions.ts';
import type { JsonColumn } from './last-message.ts';

/**
 * A message in one owner's copy. Between users it has two rows. In a group it has one, with the
 * group as owner and peer. Only the recorder inserts rows.
 */
export interface MessagesTable {
  owner_id: number;
  peer_id: number;
  /** Contains the date. See `messageDate` of the protocol. */
  id: number;
  sender_id: number;
  reply_to: number | null;
  /** When it was last edited, in Unix ms. Null: never. */
  edited: number | null;
  /** When it was recalled, in Unix ms. A recall removes the body. Null: it was not. */
  recalled: number | null;
  /** Null after a recall. */
  body: JsonColumn | null;
  /** The sender's idempotency key. Only in the sender's copy and in a group's. */
  ref: string | null;
  mentions: number[] | null;
  /** Data of the app. Null after a recall. */
  custom: JsonColumn<Custom> | null;
  reactions: JsonColumn<Reactions> | null;
}
