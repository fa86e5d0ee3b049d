import { fold, hasUmlaut } from './fold.ts';
import { longestWord, type Token, tokens } from './tokens.ts';

/**
 * Returns the index terms of a text. Words are terms: of long words the beginning. For runs, every
 * pair of adjacent characters and the last character are terms. Therefore every query is a prefix
 * of a term, and each character costs one term. Words with digits are also indexed from each offset
 * at which a query may begin, and words with a sign also together with it. Terms may repeat.
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

/** Returns the forms in which a text is compared: one, or two if it has German umlauts. */
export function foldings(text: string): string[] {
  return hasUmlaut(text) ? [fold(text), fold(text, undefined, true)] : [fold(text)];
}

/**
 * Parses a query. Words and phrases are separated by spaces. Words joined by punctuation
 * (`order-1234`) are a phrase, also without quotes. A `-` before a word or a quote excludes
 * messages that contain it.
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
 * Returns the phrases of a part of a query. Quotes are one phrase. In other text, each change
 * between words and runs begins a phrase. In an unclosed quote, the user is still typing, so its
 * last word is a prefix.
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

/** Returns terms that select at least all messages with these phrases. */
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
// Matches an optional minus, then a quoted text or a text without spaces.
const chunk = /((?<!\S)[-−－](?=[^\s-]))?(?:(")([^"]*)("?)|([^\s"]+))/g;

/** A parsed query: the conditions that messages must meet. */
export interface Query {
  phrases: Phrase[];
  /** Phrases that a matching message does not contain. */
  excluded: Phrase[];
  /** Terms that select at least all matching messages in the index. */
  terms: Term[];
}

/** Parts that must follow each other, separated only by spaces and punctuation. */
export interface Phrase {
  parts: Part[];
  /**
   * Whether its last word must match a whole word. Otherwise it matches the beginning of a word.
   */
  whole: boolean;
}

export interface Part {
  /** The forms in which it may be written. */
  forms: string[];
  isRun: boolean;
  /** The sign before it. */
  sign: string;
}

export interface Term {
  /** Any of these. */
  texts: readonly string[];
  /** Whether any term with this prefix matches. */
  prefix: boolean;
}
