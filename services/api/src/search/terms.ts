import { fold, hasUmlaut } from './fold.ts';
import { longestWord, type Token, tokens } from './tokens.ts';

/**
 * Returns the index terms of a text. Each word is a term; only the beginning of a long word is
 * indexed. Of a run (text in a script without spaces), every pair of adjacent characters and the
 * last character are terms. Every query is therefore a prefix of a term, and each character costs
 * one term. Words with digits are also indexed from each offset at which a match can begin, and
 * words with a sign (`#tag`) with and without the sign. The result can contain duplicates.
 */
export function indexTerms(text: string): string[] {
  const terms: string[] = [];
  for (const folded of foldings(text)) {
    for (const token of tokens(folded)) {
      if (token.isRun) addRun(terms, token.text);
      else addWord(terms, token);
    }
  }
  return terms;
}

function addWord(terms: string[], { text, begins, sign }: Token): void {
  for (const begin of begins) terms.push(text.slice(begin, begin + longestWord));
  if (sign !== '' && isLetter.test(text)) terms.push(`${sign}${text.slice(0, longestWord)}`);
}

function addRun(terms: string[], run: string): void {
  let before = '';
  for (const character of run) {
    if (before !== '') terms.push(before + character);
    before = character;
  }
  terms.push(before);
}

/**
 * Returns the folded forms in which a text is compared: one form, or two if the text contains
 * German umlauts.
 */
export function foldings(text: string): string[] {
  return hasUmlaut(text) ? [fold(text), fold(text, undefined, true)] : [fold(text)];
}

/**
 * Parses a query. Spaces separate words and phrases. Words joined by punctuation (`order-1234`) are
 * a phrase, even without quotes. A `-` before a word or a quote excludes messages that contain it.
 */
export function readQuery(text: string): Query {
  const phrases: Phrase[] = [];
  const excluded: Phrase[] = [];
  for (const [, minus, open, quoted = '', close, plain = ''] of text.replace(quotes, '"').matchAll(chunk)) {
    const found = minus ? excluded : phrases;
    if (open) found.push(...phrasesOf(quoted, { quoted: true, closed: close === '"' }));
    else found.push(...phrasesOf(plain, { quoted: false, closed: false }));
  }
  return { phrases, excluded, terms: termsOf(phrases) };
}

/**
 * Returns the phrases of a part of a query. A quoted part is one phrase. In other text, a new
 * phrase begins wherever words change to runs or back. If the closing quote is missing, the user is
 * still typing, so the last word is a prefix.
 */
function phrasesOf(text: string, { quoted, closed }: { quoted: boolean; closed: boolean }): Phrase[] {
  const [first = [], second = first] = foldings(text).map((folded) => [...tokens(folded)]);
  const phrases: Phrase[] = [];
  for (const [index, { text: form, isRun, sign, start }] of first.entries()) {
    const other = second[index]?.text ?? form;
    const forms = other === form ? [form] : [form, other];
    const last = phrases.at(-1);
    const part = { forms, isRun, sign: '' };
    if (last && (quoted || !(isRun || last.parts[0]?.isRun))) last.parts.push(part);
    else phrases.push({ parts: [index === 0 && start === 1 ? { ...part, sign } : part], whole: closed });
  }
  return phrases;
}

/** Returns index terms that select all messages with these phrases, and possibly others. */
function termsOf(phrases: readonly Phrase[]): Term[] {
  const terms = new Map<string, Term>();
  const add = (texts: string[], prefix: boolean) => terms.set(`${texts.join('\0')}${prefix}`, { texts, prefix });
  for (const { parts, whole } of phrases) {
    for (const [index, { forms, isRun, sign }] of parts.entries()) {
      if (isRun) {
        addPairs(forms[0] as string, add);
        continue;
      }
      const texts = forms.map((form) => `${isLetter.test(form) ? sign : ''}${form.slice(0, longestWord)}`);
      const cut = forms.some((form) => form.length >= longestWord);
      add(texts, cut || (index === parts.length - 1 && !whole));
    }
  }
  return [...terms.values()];
}

function addPairs(run: string, add: (texts: string[], prefix: boolean) => void): void {
  const characters = [...run];
  if (characters.length === 1) add([run], true);
  for (let at = 1; at < characters.length; at += 1) add([`${characters[at - 1]}${characters[at]}`], false);
}

const isLetter = /^\p{L}/u;
const quotes = /[“”„«»「」『』＂]/g;
// Matches an optional minus, followed by a quoted text or a text without spaces.
const chunk = /((?<!\S)[-−－](?=[^\s-]))?(?:(")([^"]*)("?)|([^\s"]+))/g;

/** A parsed query: the conditions that a message must meet. */
export interface Query {
  phrases: Phrase[];
  /** Phrases that a matching message must not contain. */
  excluded: Phrase[];
  /** Index terms that select all matching messages, and possibly others. */
  terms: Term[];
}

/**
 * A sequence of parts that follow each other in the text, separated only by spaces and punctuation.
 */
export interface Phrase {
  parts: Part[];
  /**
   * Whether the last word of the phrase must match a whole word. If false, the last word can match
   * the beginning of a word.
   */
  whole: boolean;
}

export interface Part {
  /** The folded forms of the word or run. */
  forms: string[];
  isRun: boolean;
  /** The sign before the word, such as `#`. Empty if there is none. */
  sign: string;
}

export interface Term {
  /** The texts of the term. A message matches the term if it contains one of them. */
  texts: readonly string[];
  /** Whether the term matches every index term that begins with it. */
  prefix: boolean;
}
