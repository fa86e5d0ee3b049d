/**
 * A position in an inbox, written as `epoch-offset`: the position after the event with this offset.
 * `epoch` is the Unix time in ms at which the inbox was created. Offsets of events count up from 1
 * without gaps. Offset 0 is the position before the first event.
 */
export interface Cursor {
  epoch: number;
  offset: number;
}

const pattern = /^(\d{1,16})-(\d{1,16})$/;

/** Parses a cursor. Returns undefined if the string is not a cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const cursor = { epoch: Number(match[1]), offset: Number(match[2]) };
  return Number.isSafeInteger(cursor.epoch) && Number.isSafeInteger(cursor.offset) ? cursor : undefined;
}

/** Formats a cursor. */
export function formatCursor({ epoch, offset }: Cursor): string {
  return `${epoch}-${offset}`;
}
