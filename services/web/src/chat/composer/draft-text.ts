/** Maximum number of characters in a message. */
const MAX_CHARACTERS = 8000;

/**
 * Returns the draft as it is sent: without surrounding spaces, and without characters that no
 * message is allowed to contain.
 */
export function toSend(draft: string): string {
  return draft.toWellFormed().replaceAll('\0', '').trim();
}

/** Returns by how many characters a text exceeds the limit. 0 if it does not. */
export function excess(text: string): number {
  if (text.length <= MAX_CHARACTERS) return 0;
  let count = 0;
  for (const _ of text) count += 1;
  return Math.max(0, count - MAX_CHARACTERS);
}

/**
 * Returns the name that is being typed after an `@` before the caret, and the index of the `@`.
 * Undefined if there is no `@`.
 */
export function mentionAt(text: string, caret: number): { from: number; query: string } | undefined {
  const match = /(?:^|\s)@([^\s@]{0,32})$/u.exec(text.slice(Math.max(0, caret - 64), caret));
  return match ? { from: caret - (match[1] ?? '').length - 1, query: match[1] ?? '' } : undefined;
}
