/**
 * Splits a folded text into searchable parts. Scripts with spaces between words yield words. Other
 * scripts, and symbols such as emoji, yield unbroken runs, which match from any of their
 * characters.
 */
export function* tokens(folded: string): Generator<Token> {
  for (const match of folded.matchAll(part)) {
    const [text, run] = match;
    yield { text, start: match.index, isRun: run !== undefined };
  }
}

const scripts = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar'];
const unspaced = `${scripts.map((script) => `\\p{Script=${script}}`).join('')}ー\\p{So}\\p{Emoji_Modifier}`;
const part = new RegExp(
  `([${unspaced}]+)|(?:(?![${unspaced}])[\\p{L}\\p{N}])(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])*`,
  'gu',
);

export interface Token {
  text: string;
  /** Its offset in the folded text, in UTF-16 units. */
  start: number;
  isRun: boolean;
}
