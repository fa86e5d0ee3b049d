/**
 * A message with a media, in one owner's copy (owner and peer of a group's copy are the group). If
 * the share is granted, readers of the message may load the media while the message is visible. See
 * `sees_media` and `shareMedia`.
 */
export interface MediaSharesTable {
  owner_id: number;
  media_id: number;
  peer_id: number;
  message_id: number;
  sender_id: number;
  granted: boolean;
}
