/**
 * A message that carries a media, in one owner's copy (a group's: owner and peer are the group). Who has that message sees the media
 * while it is there, if it was granted: its sender saw the media too. See `sees_media` and `shareMedia`.
 */
export interface MediaSharesTable {
  owner_id: number;
  media_id: number;
  peer_id: number;
  message_id: number;
  sender_id: number;
  granted: boolean;
}
