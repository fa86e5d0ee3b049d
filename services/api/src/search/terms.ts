import { fold, hasUmlaut } from './fold.ts';
import { longestWord, type Token, tokens } from './tokens.ts';

/**
 * Returns the index terms of a text: its words, of long ones the beginning, and of runs every two
 * adjacent characters and the last one. So every query is a prefix of some term, and one character
 * costs one term. Words with digits are also indexed from each place where a query may begin, and
 * words with a sign also with it. Terms may repeat.
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

/** The ways in which a text can be written for comparison: one, or two if it has German umlauts. */
export function foldings(text: string): string[] {
  return hasUmlaut(text) ? [fold(text), fold(text, undefined, true)] : [fold(text)];
}

/**
 * Parses a query. Words and phrases are separated by spaces. Words joined by punctuation
 * (`order-1234`) are a phrase, also without quotes. A `-` before a word or a quote excludes.
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
 * Returns the phrases of a part of a query: of quotes, one; of other text, one for each change
 * between words and runs. An unclosed quote is still being typed, so its last word is a prefix.
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

/** Terms that select a superset of the messages with all phrases. */
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
// A minus, then a text in quotes or one without spaces.
const chunk = /((?<!\S)[-−－](?=[^\s-]))?(?:(")([^"]*)("?)|([^\s"]+))/g;

/** What a matching message contains. */
export interface Query {
  phrases: Phrase[];
  /** What a matching message does not contain. */
  excluded: Phrase[];
  /** Terms that select a superset of the matching messages in the index. */
  terms: Term[];
}

/** Parts that follow each other, with nothing but spaces and punctuation between them. */
export interface Phrase {
  parts: Part[];
  /** Whether its last word is a whole word. Otherwise it is the beginning of one. */
  whole: boolean;
}

export interface Part {
  /** How it can be written. */
  forms: string[];
  isRun: boolean;
  /** The sign that stands before it. */
  sign: string;
}

export interface Term {
  /** Any of these. */
  texts: readonly string[];
  /** Any term with such a prefix. */
  prefix: boolean;
}
