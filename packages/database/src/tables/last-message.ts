import type { ColumnType, Generated } from 'kysely';

/**
 * The newest message, stored with the rows that lists of chats read. All columns except `last_id`
 * are null if there is no message or it was cleared.
 */
export interface LastMessage {
  /** Greatest id that was ever recorded here. 0: none. Clearing the chat does not reset it. */
  last_id: Generated<number>;
  last_sender: number | null;
  /** Null after a recall. */
  last_body: JsonColumn | null;
  last_edited: number | null;
  last_recalled: number | null;
}

/** A JSON object. Queries return an object, and write a text. */
export type JsonColumn<T = Record<string, unknown>> = ColumnType<T, string, string>;
