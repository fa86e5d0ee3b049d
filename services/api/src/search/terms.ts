import { fold } from './fold.ts';
import { tokens } from './tokens.ts';

/**
 * Returns the index terms of a text: its words, of long ones the beginning, and of runs every two
 * adjacent characters and the last one. So every query is a prefix of some term, and one character
 * costs one term. Terms may repeat.
 */
export function indexTerms(text: string): string[] {
  const terms: string[] = [];
  for (const { text: part, isRun } of tokens(fold(text))) {
    if (!isRun) {
      terms.push(part.slice(0, longestWord));
      continue;
    }
    let before = '';
    for (const character of part) {
      if (before !== '') terms.push(before + character);
      before = character;
    }
    terms.push(before);
  }
  return terms;
}

/** Parses a query. */
export function readQuery(text: string): Query {
  const words = new Set<string>();
  const runs = new Set<string>();
  const terms = new Map<string, Term>();
  for (const { text: part, isRun } of tokens(fold(text))) {
    (isRun ? runs : words).add(part);
    const characters = isRun ? [...part] : [];
    if (characters.length < 2) {
      const beginning = part.slice(0, longestWord);
      terms.set(`${beginning}*`, { text: beginning, prefix: true });
    }
    for (let at = 1; at < characters.length; at += 1) {
      const pair = `${characters[at - 1]}${characters[at]}`;
      terms.set(pair, { text: pair, prefix: false });
    }
  }
  return { words: [...words], runs: [...runs], terms: [...terms.values()] };
}

/** Returns the term of all messages exchanged with a user. No text contains it. */
export function peerTerm(peer: number): string {
  return `\0${peer}`;
}

/** Indexed UTF-16 units of a word. */
const longestWord = 32;

/** Everything that a matching message contains. */
export interface Query {
  /** Each is the prefix of a word. */
  words: string[];
  /** Each is a part of a run. */
  runs: string[];
  /** Terms that select a superset of the matching messages in the index. */
  terms: Term[];
}

export interface Term {
  text: string;
  /** Any term with this prefix. */
  prefix: boolean;
}
