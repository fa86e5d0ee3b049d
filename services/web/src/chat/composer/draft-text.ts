/** Characters of a message. */
export const MOST = 8000;

/** What of a draft is sent: without blank space around it, and without what no message may hold. Empty when there is nothing to say. */
export function toSend(draft: string): string {
  return draft.toWellFormed().replaceAll('\0', '').trim();
}

/** By how many characters a text is too long; 0 when it is not. */
export function excess(text: string): number {
  if (text.length <= MOST) return 0;
  let count = 0;
  for (const _ of text) count += 1;
  return Math.max(0, count - MOST);
}

/** The name that is being typed after an `@` before the caret, and where it begins; undefined when there is none. */
export function mentionAt(text: string, caret: number): { from: number; query: string } | undefined {
  const match = /(?:^|\s)@([^\s@]{0,32})$/u.exec(text.slice(Math.max(0, caret - 64), caret));
  return match ? { from: caret - (match[1] ?? '').length - 1, query: match[1] ?? '' } : undefined;
}
