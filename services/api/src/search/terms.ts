import { fold } from './fold.ts';
import { tokens } from './tokens.ts';

/**
 * What a text is indexed under: its words, of long ones the beginning, and of runs every two neighbouring characters and the last one.
 * So whatever is searched is the beginning of some term, and one character costs one term. Some may come twice.
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

/** Reads what somebody searches. */
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

/** The term under which all messages exchanged with a user stand. No text yields it. */
export function peerTerm(peer: number): string {
  return `\0${peer}`;
}

/** UTF-16 units of a word that are indexed. */
const longestWord = 32;

/** What a message must hold, all of it, to be found. */
export interface Query {
  /** Each the beginning of a word. */
  words: string[];
  /** Each a part of a run. */
  runs: string[];
  /** Whose messages in the index hold all that is found, and seldom others. */
  terms: Term[];
}

export interface Term {
  text: string;
  /** Any term that begins so. */
  prefix: boolean;
}
