/**
 * Splits a folded text into searchable tokens. Text in scripts with spaces yields words, which
 * include a trailing `+` or `#` (`c++`, `c#`). Text in other scripts, and symbols such as emoji,
 * yields unbroken runs, in which a match can begin at any character.
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
 * Returns the offsets in a word at which a match can begin: at the start of the word, where letters
 * and digits meet, and within a number at each digit that is followed by at least two more digits.
 * Thus `502` finds `err502b`, and the last digits of a number find the number.
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

/** Returns whether the character at an offset is a letter that follows a digit. */
function startsLetter(word: string, at: number): boolean {
  return isDigit(word, at - 1) && /\p{L}/u.test(String.fromCodePoint(word.codePointAt(at) as number));
}

/**
 * Returns the sign directly before a word, as in `.net`, `#tag` and `@ann`. Empty if there is none.
 */
function signBefore(folded: string, start: number): string {
  const sign = folded.charAt(start - 1);
  return '.#@'.includes(sign) ? sign : '';
}

/** Maximum number of UTF-16 units of a word that are indexed. */
export const longestWord = 32;

/**
 * Maximum number of offsets inside words, per text, at which a match can begin. It limits the
 * number of index terms of a text that consists of numbers.
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
  /** Offset of the token in the folded text, in UTF-16 units. */
  start: number;
  isRun: boolean;
  /** Offsets in the word at which a match can begin, in ascending order. */
  begins: readonly number[];
  /** The sign before a word. Empty if there is none. */
  sign: string;
}
