/**
 * Finds invisible characters in a text: control characters, zero-width blanks, and characters that
 * change the writing direction or carry hidden text (tags). Returns a sentence that describes the
 * problem, or undefined if there is none.
 *
 * Joiners and variation selectors are allowed where writing needs them: within emoji, and within
 * words of scripts that join letters.
 */
export function findHidden(text: string): string | undefined {
  if (!text.isWellFormed()) return 'Holds a lone surrogate';
  if (controls.test(text)) return 'Holds a control character';
  if (hidden.test(withoutJoins(text))) return 'Holds an invisible character';
  if (marks.test(text)) return 'Holds too many marks on one letter';
  return undefined;
}

/**
 * Finds characters that make a name look like another name: those that {@link findHidden} finds,
 * and words that mix scripts with similar letters. Returns a sentence that describes the problem,
 * or undefined if there is none.
 */
export function findDisguise(name: string): string | undefined {
  const hiddenProblem = findHidden(name);
  if (hiddenProblem !== undefined) return hiddenProblem;
  if (words(name).some(mixesScripts)) return 'Mixes letters of several scripts that look alike in one word';
  return undefined;
}

const controls = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Matches invisible characters: format, unassigned and private-use characters, fillers and blanks
 * that show nothing, combining joiners and variation selectors.
 */
const hidden =
  /[\p{Cf}\p{Co}\p{Cn}\u115f\u1160\u2800\u3164\uffa0]|\p{Variation_Selector}|\u034f|\u17b4|\u17b5|[\u{e0000}-\u{e0fff}]/u;

const marks = /\p{M}{5}/u;

/**
 * Returns the text without emoji sequences, and without joiners between two letters of scripts that
 * need joiners.
 */
function withoutJoins(text: string): string {
  return text
    .replaceAll(flags, '')
    .replaceAll(emoji, '')
    .replaceAll(/(?<=[\p{L}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}])/gu, (joiner, at: number) =>
      joining.test(text.slice(Math.max(0, at - 4), at + 5)) ? '' : joiner,
    );
}

/**
 * Flags of England, Scotland and Wales: the black flag emoji followed by tag characters. No other
 * flags of this form are in use.
 */
const flags =
  /\u{1f3f4}\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}/gu;

const emoji =
  /(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{1f1e6}-\u{1f1ff}]|[#*0-9](?=\ufe0f?\u20e3))\ufe0f?\u20e3?(?:\p{Emoji_Modifier})?(?:\u200d\p{Extended_Pictographic}\ufe0f?(?:\p{Emoji_Modifier})?)*/gu;

/** Scripts that use joiners within words. */
const joining =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}]/u;

function words(text: string): string[] {
  return text.normalize('NFKC').match(/[\p{L}\p{M}]+/gu) ?? [];
}

/**
 * Returns whether a word mixes letters of several scripts that look alike: Latin, Greek, Cyrillic,
 * Armenian and Cherokee. A word in a person's name normally uses only one of them.
 */
function mixesScripts(word: string): boolean {
  return alike.filter((script) => script.test(word)).length > 1;
}

const alike = [
  /\p{Script=Latin}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];
