/**
 * A message that contains a media file, in one owner's copy. In a group's copy, owner and peer are
 * the group. If `granted` is true, readers of the message can load the file while the message is
 * visible. See `sees_media` and `shareMedia`.
 */
export interface MediaSharesTable {
  owner_id: number;
  media_id: number;
  peer_id: number;
  message_id: number;
  sender_id: number;
  granted: boolean;
}
