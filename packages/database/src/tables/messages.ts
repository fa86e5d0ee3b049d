import type { Custom } from '@parley/protocol';
import type { Reactions } from '../reactions.ts';
import type { JsonColumn } from './last-message.ts';

/**
 * A message in one owner's copy. A message between two users has two rows. A group message has one
 * row, whose owner and peer are the group. Only the recorder and imports insert rows.
 */
export interface MessagesTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message, which contains its date. See `messageDate` of the protocol. */
  id: number;
  sender_id: number;
  reply_to: number | null;
  /** When the message was last edited, in Unix ms. Null: never. */
  edited: number | null;
  /** When the message was recalled, in Unix ms. A recall removes the body. Null: not recalled. */
  recalled: number | null;
  /** Content of the message. Null after a recall. */
  body: JsonColumn | null;
  /** The sender's idempotency key. Set only in the sender's copy and in a group's copy. */
  ref: string | null;
  mentions: number[] | null;
  /** Custom data of the app. Null after a recall. */
  custom: JsonColumn<Custom> | null;
  reactions: JsonColumn<Reactions> | null;
}
