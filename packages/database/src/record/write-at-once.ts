import type { Pool } from '../open-database.ts';
import type { Digest } from './digest.ts';
import { insert, MESSAGE_COLUMNS, messageColumns } from './insert-messages.ts';
import { chatColumns, countMidway, upsert } from './upsert-chats.ts';

/**
 * Writes messages between users and their chats in one statement, which needs a quarter of the
 * round trips of separate statements. Returns false if PostgreSQL rolled the statement back,
 * because a row exists already or a chat needs further steps.
 */
export async function writeAtOnce(pool: Pool, { messages, chats }: Digest): Promise<boolean> {
  const marked = chats.some((chat) => chat.read > 0);
  const values = [...messageColumns(messages), ...chatColumns(chats)];
  try {
    await pool.query(marked ? { ...withMarks, values } : { ...withoutMarks, values });
    return true;
  } catch (error) {
    if (isUndone(error)) return false;
    throw error;
  }
}

/**
 * Returns whether an error means that PostgreSQL rolled the batch back and that the caller must
 * write it step by step.
 */
export function isUndone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === UNIQUE_VIOLATION || error.code === UNDONE);
}

const UNIQUE_VIOLATION = '23505';
/** SQLSTATE that the SQL function `undo_statement()` raises. */
const UNDONE = 'PA001';

const statement = (midway: string) => `
  with recorded as (${insert(1)}), touched as (${upsert(MESSAGE_COLUMNS + 1, midway)})
  select undo_statement() from touched where unread < 0 or early`;

// Counts unread messages only in batches with read marks, because the count adds the 16 partitions
// of `messages` to the query plan.
const withMarks = { name: 'write-with-marks', text: statement(countMidway) };
const withoutMarks = { name: 'write-without-marks', text: statement('-1') };
