/**
 * Splits a folded text into searchable parts. Scripts with spaces between words yield words, which
 * include the `+` and `#` at their end (`c++`, `c#`). Other scripts, and symbols such as emoji,
 * yield unbroken runs, in which a match may begin at any character.
 */
export function* tokens(folded: string): Generator<Token> {
  let inner = mostInner;
  for (const match of folded.matchAll(part)) {
    const [text, run] = match;
    const start = match.index;
    if (run !== undefined) {
      yield { text, start, isRun: true, begins: whole, sign: '' };
      continue;
    }
    const begins = hasDigit.test(text) ? beginsOf(text, inner) : whole;
    inner -= begins.length - 1;
    yield { text, start, isRun: false, begins, sign: signBefore(folded, start) };
  }
}

/**
 * Returns the offsets in a word at which a query may begin: at its beginning, where letters and
 * digits meet, and within a number at each digit that is followed by at least two others. Thus
 * `502` finds `err502b`, and the last digits find a number.
 */
function beginsOf(word: string, inner: number): number[] {
  const begins = [0];
  for (let at = 1; at < Math.min(word.length, longestWord) && begins.length <= inner; at += 1) {
    const digit = isDigit(word, at);
    const number = digit && isDigit(word, at - 1);
    if (number ? isDigit(word, at + 1) && isDigit(word, at + 2) : digit || startsLetter(word, at)) begins.push(at);
  }
  return begins;
}

function isDigit(word: string, at: number): boolean {
  const code = word.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** Returns whether a letter follows a digit at an offset. */
function startsLetter(word: string, at: number): boolean {
  return isDigit(word, at - 1) && /\p{L}/u.test(String.fromCodePoint(word.codePointAt(at) as number));
}

/**
 * Returns the sign that belongs to a word, as in `.net`, `#tag` and `@ann`. Empty if there is none.
 */
function signBefore(folded: string, start: number): string {
  const sign = folded.charAt(start - 1);
  return '.#@'.includes(sign) ? sign : '';
}

/** Maximum UTF-16 units of a word that are indexed. */
export const longestWord = 32;

/**
 * Maximum number of inner beginnings in all words of one text. Limits the terms of a text that
 * consists of numbers.
 */
const mostInner = 256;

const whole: readonly number[] = [0];
const hasDigit = /[0-9]/;
const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const unspaced = `${scripts.map((script) => `\\p{Script=${script}}`).join('')}ー\\p{So}\\p{Emoji_Modifier}`;
const part = new RegExp(
  `([${unspaced}]+)|(?:(?![${unspaced}])[\\p{L}\\p{N}])(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])*[+#]{0,4}`,
  'gu',
);

export interface Token {
  text: string;
  /** Offset in the folded text, in UTF-16 units. */
  start: number;
  isRun: boolean;
  /** Offsets in a word at which a query may begin, ascending. */
  begins: readonly number[];
  /** The sign before a word. Empty if there is none. */
  sign: string;
}
