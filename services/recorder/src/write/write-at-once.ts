import type { Pool } from '@parley/database';
import type { Digest } from '../entries/digest.ts';
import { insert, messageColumns } from './insert-messages.ts';
import { chatColumns, countMidway, upsert } from './upsert-chats.ts';

/**
 * Writes messages between users and their chats in one statement, which is a transaction of its own: a quarter of the round trips.
 * Answers false when PostgreSQL undid it, because a row was there already, or a chat needs a second look.
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

/** Whether the batch is not new throughout, and has to be written step by step. */
export function isUndone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === UNIQUE_VIOLATION || error.code === UNDONE);
}

const UNIQUE_VIOLATION = '23505';
/** What `undo_statement()` throws. */
const UNDONE = 'PA001';

const statement = (midway: string) => `
  with recorded as (${insert(1)}), touched as (${upsert(10, midway)})
  select undo_statement() from touched where unread < 0 or early`;

// Counting takes the messages' 16 partitions into the plan: left out where no mark can need it.
const withMarks = { name: 'write-with-marks', text: statement(countMidway) };
const withoutMarks = { name: 'write-without-marks', text: statement('-1') };
