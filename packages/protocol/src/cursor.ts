/**
 * A place in an inbox, written `epoch-offset`: everything up to and with `offset` lies before it.
 * `epoch` is the ms since 1970 at which the inbox began, offsets count from 1 without a gap; offset 0 is the beginning.
 */
export interface Cursor {
  epoch: number;
  offset: number;
}

const pattern = /^(\d{1,16})-(\d{1,16})$/;

/** Reads a cursor; undefined when the text is none. */
export function parseCursor(text: string): Cursor | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const cursor = { epoch: Number(match[1]), offset: Number(match[2]) };
  return Number.isSafeInteger(cursor.epoch) && Number.isSafeInteger(cursor.offset) ? cursor : undefined;
}

/** Writes a cursor as clients and Redis see it. */
export function formatCursor({ epoch, offset }: Cursor): string {
  return `${epoch}-${offset}`;
}
