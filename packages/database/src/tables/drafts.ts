import type { Generated } from 'kysely';

/** The unsent text of an owner's chat. */
export interface DraftsTable {
  owner_id: number;
  /** A user or a group. */
  peer_id: number;
  text: string;
  /** The message that it replies to. */
  reply_to: number | null;
  mentions: number[] | null;
  /** Date of the last write. Greater than that of every earlier write. */
  updated: Generated<number>;
}
