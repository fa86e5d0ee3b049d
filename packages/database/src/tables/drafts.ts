import type { Generated } from 'kysely';

/** A draft: text that a user has written in a chat but not sent yet. */
export interface DraftsTable {
  owner_id: number;
  /** A user or a group. */
  peer_id: number;
  text: string;
  /** Id of the message that the draft replies to. */
  reply_to: number | null;
  mentions: number[] | null;
  /** When the draft was last written, in Unix ms. Greater than the date of every earlier write. */
  updated: Generated<number>;
}
