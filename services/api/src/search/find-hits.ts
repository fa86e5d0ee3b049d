import { fold, hasUmlaut } from './fold.ts';
import { foldings, type Part, type Phrase, type Query } from './terms.ts';
import { type Token, tokens } from './tokens.ts';

/** Returns whether a text contains every phrase of a query and no excluded phrase. */
export function matches({ phrases, excluded }: Query, text: string): boolean {
  if (phrases.length === 0 && excluded.length === 0) return true;
  const readings = foldings(text).map((folded): Reading => ({ folded }));
  const has = (phrase: Phrase) => readings.some((reading) => !find(reading, phrase).next().done);
  return phrases.every(has) && !excluded.some(has);
}

/**
 * Returns where the phrases of a query occur in a matching text: ascending ranges that do not
 * overlap, in UTF-16 units, with exclusive ends.
 */
export function findHits({ phrases }: Query, text: string): Hit[] {
  const found: Hit[] = [];
  for (const umlauts of hasUmlaut(text) ? [false, true] : [false]) {
    const origins: number[] = [];
    const folded = fold(text, origins, umlauts);
    const reading: Reading = { folded };
    for (const phrase of phrases) {
      for (const [start, stop] of find(reading, phrase)) {
        // Extends the hit to the end of the original character, which can fold to several
        // characters.
        let end = stop;
        while (end < folded.length && origins[end] === origins[end - 1]) end += 1;
        found.push([origins[start] as number, origins[end] as number]);
      }
    }
  }
  return merge(found);
}

/** Yields the positions at which a phrase occurs in a folded text. */
function* find(reading: Reading, { parts, whole }: Phrase): Generator<Hit> {
  const { folded } = reading;
  if (!parts.every(({ forms }) => forms.some((form) => folded.includes(form)))) return;
  const [only] = parts as [Part];
  if (parts.length === 1 && only.isRun) {
    const [run] = only.forms as [string];
    for (let at = folded.indexOf(run); at >= 0; at = folded.indexOf(run, at + run.length)) yield [at, at + run.length];
    return;
  }
  reading.tokens ??= [...tokens(folded)];
  for (let first = 0; first + parts.length <= reading.tokens.length; first += 1) {
    const hit = findAt(reading.tokens, first, parts, whole);
    if (hit) yield hit;
  }
}

/**
 * Returns the range of a phrase that begins in the token with index `first`. Undefined if the
 * phrase does not match there.
 */
function findAt(all: readonly Token[], first: number, parts: readonly Part[], whole: boolean): Hit | undefined {
  const start = parts.length === 1 ? undefined : beginningOf(all[first] as Token, parts[0] as Part);
  if (parts.length > 1 && start === undefined) return undefined;
  for (let at = 1; at < parts.length - 1; at += 1) {
    if (!isSame(all[first + at] as Token, parts[at] as Part)) return undefined;
  }
  const token = all[first + parts.length - 1] as Token;
  const last = parts.at(-1) as Part;
  if (parts.length > 1) {
    if (token.isRun !== last.isRun) return undefined;
    const form = longest(
      last.forms.filter((it) => (whole && !last.isRun ? token.text === it : token.text.startsWith(it))),
    );
    return form === undefined ? undefined : [start as number, token.start + form.length];
  }
  return findWord(token, last, whole);
}

/** Returns the range of a single word within a token. Undefined if the word does not match. */
function findWord(token: Token, { forms, sign }: Part, whole: boolean): Hit | undefined {
  if (token.isRun || (sign !== '' && token.sign !== sign)) return undefined;
  for (const begin of sign === '' ? token.begins : [0]) {
    const rest = token.text.slice(begin);
    const form = longest(
      forms.filter((it) => (whole ? rest === it : rest.startsWith(it)) && mayBegin(token, begin, it)),
    );
    const start = token.start + begin;
    if (form !== undefined) return [start - sign.length, start + form.length];
  }
  return undefined;
}

/**
 * Returns the offset in a token at which a phrase of several parts begins. The first part of the
 * phrase must match the end of the token.
 */
function beginningOf(token: Token, { forms, isRun, sign }: Part): number | undefined {
  if (token.isRun !== isRun || (sign !== '' && token.sign !== sign)) return undefined;
  const form = longest(forms.filter((it) => token.text.endsWith(it)));
  if (form === undefined) return undefined;
  const begin = token.text.length - form.length;
  if (!isRun && !((sign === '' ? token.begins : [0]).includes(begin) && mayBegin(token, begin, form))) return undefined;
  return token.start + begin - sign.length;
}

/**
 * Returns whether a match is allowed to begin at an offset of a word. Within a number, only three
 * or more digits match, because most numbers contain any shorter sequence.
 */
function mayBegin({ text }: Token, begin: number, form: string): boolean {
  return begin === 0 || !/^\d\d/.test(text.slice(begin - 1)) || /^\d{3}/.test(form);
}

function isSame(token: Token, { forms, isRun }: Part): boolean {
  return token.isRun === isRun && forms.includes(token.text);
}

function longest(forms: readonly string[]): string | undefined {
  return forms.reduce<string | undefined>(
    (best, form) => (form.length > (best?.length ?? -1) ? form : best),
    undefined,
  );
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

/** A folded text and its tokens, which are computed on first use. */
interface Reading {
  folded: string;
  tokens?: Token[];
}

export type Hit = [start: number, end: number];
