import type { ColumnType, Generated } from 'kysely';

/**
 * The newest message, stored where chats are listed. All columns but `last_id` are null if there is
 * none or it was cleared.
 */
export interface LastMessage {
  /** Greatest id ever recorded here; 0 for none. Clearing the chat does not reset it. */
  last_id: Generated<number>;
  last_sender: number | null;
  /** Null after a recall. */
  last_body: JsonColumn | null;
  last_edited: number | null;
  last_recalled: number | null;
}

/** A JSON object: read as an object, written as text. */
export type JsonColumn<T = Record<string, unknown>> = ColumnType<T, string, string>;
