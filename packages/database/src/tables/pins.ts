/**
 * A message of a copy that was pinned, or unpinned (`active` is false). As in `messages`, there are
 * two rows between users and one in a group. Written by the recorder. The message may not exist or
 * may be recalled.
 */
export interface PinsTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** The user who changed it last. */
  user_id: number;
  date: number;
  active: boolean;
}
