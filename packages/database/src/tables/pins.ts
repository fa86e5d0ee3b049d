/**
 * A message of a copy that was pinned, or unpinned (`active` is false). As in `messages`, two rows
 * between users and one in a group. Written by the recorder. The message may be missing or
 * recalled.
 */
export interface PinsTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** Who changed it last. */
  user_id: number;
  date: number;
  active: boolean;
}
