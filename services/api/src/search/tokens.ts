/**
 * The parts of a folded text that can be searched. Scripts that put spaces between words yield words; of others, and of symbols such as
 * emoji, each unbroken run is one part, to be found from any of its characters on.
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
  /** Where it begins in the folded text, in UTF-16 units. */
  start: number;
  isRun: boolean;
}
