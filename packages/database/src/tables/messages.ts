import type { Custom } from '@parley/protocol';
import type { Reactions } from '../reactions.ts';
import type { JsonColumn } from './last-message.ts';

/**
 * A message in one owner's copy: two rows between users, one row in a group (owner and peer are the
 * group). Inserted by the recorder only.
 */
export interface MessagesTable {
  owner_id: number;
  peer_id: number;
  /** Contains the date. See `messageDate` of the protocol. */
  id: number;
  sender_id: number;
  reply_to: number | null;
  /** When it was last edited. */
  edited: number | null;
  /** When it was recalled, which removes the body. */
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
