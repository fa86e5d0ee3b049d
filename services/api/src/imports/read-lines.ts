import { isUtf8 } from 'node:buffer';

const NEWLINE = 10;

/**
 * Splits bytes into lines and skips blank ones. Holds at most one line in memory. A line is
 * reported as too long if it has more than `maxBytes`. The last line can lack a line break.
 */
export async function* readLines(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line[]> {
  let parts: Buffer[] = [];
  let length = 0;
  let number = 0;
  const finish = (): Line[] => {
    number += 1;
    const line = length > maxBytes ? { number, bytes: length } : toLine(number, Buffer.concat(parts, length));
    parts = [];
    length = 0;
    return line ? [line] : [];
  };
  for await (const chunk of source) {
    const lines: Line[] = [];
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      keep(chunk.subarray(begin, end));
      lines.push(...finish());
      begin = end + 1;
    }
    keep(chunk.subarray(begin));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield finish();

  function keep(part: Buffer): void {
    length += part.length;
    // Discards the rest of a line that is too long, and only counts its bytes.
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  }
}

function toLine(number: number, bytes: Buffer): Line | undefined {
  if (!isUtf8(bytes)) return { number, bytes: bytes.length };
  const text = bytes.toString().trim();
  return text === '' ? undefined : { number, bytes: bytes.length, text };
}

/** A line of an import. */
export interface Line {
  /** Number of the line. The first line has number 1. */
  number: number;
  bytes: number;
  /** Content of the line. Undefined if the line is too long or is not UTF-8. */
  text?: string;
}
