/** Maximum number of characters shown before the first hit. */
const LEAD = 40;

/** Maximum number of characters of the text that is shown. */
const LENGTH = 240;

/**
 * Splits a text into hits and the text between them. If the first hit is far into the text, begins
 * shortly before it.
 *
 * @param hits start and end of each hit in UTF-16 units, ascending
 */
export function marks(text: string, hits: readonly (readonly [number, number])[]): Part[] {
  const first = hits[0]?.[0] ?? 0;
  const start = first > LEAD + 20 ? first - LEAD : 0;
  const stop = Math.min(text.length, start + LENGTH);
  const parts: Part[] = [];
  const add = (from: number, to: number, hit: boolean) => {
    if (from < to) parts.push({ text: text.slice(from, to).toWellFormed(), hit });
  };
  if (start > 0) parts.push({ text: '…', hit: false });
  let at = start;
  for (const [from, to] of hits) {
    if (from >= stop) break;
    add(at, from, false);
    add(Math.max(at, from), Math.min(to, stop), true);
    at = Math.max(at, Math.min(to, stop));
  }
  add(at, stop, false);
  if (stop < text.length) parts.push({ text: '…', hit: false });
  return parts;
}

interface Part {
  text: string;
  hit: boolean;
}
