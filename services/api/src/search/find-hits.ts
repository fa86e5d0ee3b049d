import { fold } from './fold.ts';
import type { Query } from './terms.ts';
import { tokens } from './tokens.ts';

/** Returns whether a text contains everything in a query. */
export function matches({ words, runs }: Query, text: string): boolean {
  const folded = fold(text);
  if (!runs.every((run) => folded.includes(run))) return false;
  if (!words.every((word) => folded.includes(word))) return false;
  const missing = new Set(words);
  if (missing.size === 0) return true;
  for (const { text: part, isRun } of tokens(folded)) {
    if (isRun) continue;
    for (const word of missing) if (part.startsWith(word)) missing.delete(word);
    if (missing.size === 0) return true;
  }
  return false;
}

/**
 * Returns the positions of a query's words and runs in a matching text: ascending, without
 * overlaps, in UTF-16 units, ends exclusive.
 */
export function findHits({ words, runs }: Query, text: string): Hit[] {
  const origins: number[] = [];
  const folded = fold(text, origins);
  const found: Hit[] = [];
  // A folded character may come from several original ones. All of them are marked.
  const add = (start: number, length: number): void => {
    const begin = origins[start] as number;
    let end = start + length;
    while (end < folded.length && origins[end] === origins[end - 1]) end += 1;
    found.push([begin, origins[end] as number]);
  };
  for (const run of runs) {
    for (let at = folded.indexOf(run); at >= 0; at = folded.indexOf(run, at + run.length)) add(at, run.length);
  }
  if (words.length > 0) {
    for (const { text: part, start, isRun } of tokens(folded)) {
      const longest = isRun ? 0 : Math.max(0, ...words.map((word) => (part.startsWith(word) ? word.length : 0)));
      if (longest > 0) add(start, longest);
    }
  }
  return merge(found);
}

function merge(hits: Hit[]): Hit[] {
  const merged: Hit[] = [];
  for (const [start, end] of hits.sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

export type Hit = [start: number, end: number];
