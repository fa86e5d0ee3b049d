/**
 * A message that is pinned (`active` is true) or was unpinned, in one copy of a conversation. A
 * message between two users has two rows, a group message one, as in `messages`. Written by the
 * recorder. The message might not exist, or might be recalled.
 */
export interface PinsTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** The user who last pinned or unpinned the message. */
  user_id: number;
  date: number;
  active: boolean;
}
