/**
 * The retention period of the chat of two users. Without a row, that of the installation applies.
 */
export interface ChatRetentionsTable {
  /** The smaller id of the two users. */
  low_id: number;
  high_id: number;
  /** Number of days after which messages are removed. 0: never. */
  days: number;
}
