import type { ColumnType, Generated } from 'kysely';

/**
 * Columns with the newest message, stored in the rows that lists of chats read. All columns except
 * `last_id` are null if the chat has no message or it was cleared.
 */
export interface LastMessage {
  /**
   * Greatest message id that was ever recorded in this chat or group. 0: none. Clearing the chat
   * does not reset it.
   */
  last_id: Generated<number>;
  last_sender: number | null;
  /** Content of the newest message. Null after a recall. */
  last_body: JsonColumn | null;
  last_edited: number | null;
  last_recalled: number | null;
}

/**
 * A column with a JSON object. A query returns an object. An insert or update passes a JSON text.
 */
export type JsonColumn<T = Record<string, unknown>> = ColumnType<T, string, string>;
