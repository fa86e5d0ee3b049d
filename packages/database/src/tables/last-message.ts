import type { ColumnType, Generated } from 'kysely';

/** The newest message, kept where chats are listed. All but `last_id` is null when there is none or it was cleared. */
export interface LastMessage {
  /** Greatest id ever recorded here; 0 for none. It does not go back when the chat is cleared. */
  last_id: Generated<number>;
  last_sender: number | null;
  /** Null when recalled. */
  last_body: JsonColumn | null;
  last_edited: number | null;
  last_recalled: number | null;
}

/** A JSON object: read parsed, written as text. */
export type JsonColumn<T = Record<string, unknown>> = ColumnType<T, string, string>;
