/**
 * A message that a user deleted from their own copy of a chat. Its row in `messages` stays. In a
 * group chat, `owner_id` is the member. Written by the recorder.
 */
export interface HiddenMessagesTable {
  owner_id: number;
  peer_id: number;
  /** Id of the message. */
  id: number;
  /** Sender of the message. */
  sender_id: number;
}
