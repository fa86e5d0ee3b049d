import type { Reactions } from '../reactions.ts';
import type { JsonColumn } from './last-message.ts';

/** A message in one owner's copy: two rows between users, one row (owner and peer are the group) in a group. Inserted by the recorder alone. */
export interface MessagesTable {
  owner_id: number;
  peer_id: number;
  /** Tells the date too: see `messageDate` of the protocol. */
  id: number;
  sender_id: number;
  reply_to: number | null;
  /** When it was last edited. */
  edited: number | null;
  /** When it was taken back; the body is gone then. */
  recalled: number | null;
  /** Null once recalled. */
  body: JsonColumn | null;
  /** The sender's idempotency key; only in the sender's copy, and in a group's. */
  ref: string | null;
  mentions: number[] | null;
  reactions: JsonColumn<Reactions> | null;
}
