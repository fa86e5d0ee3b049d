/**
 * Folds a text for comparison: removes case and differences of form (NFKC). Folds each base
 * character with its marks and apart from its neighbours, so that a part of a text folds as it does
 * within the whole. @param origins receives, for each UTF-16 unit of the result, the position of
 * its character in `text`, and at the end the length of `text`
 */
export function fold(text: string, origins?: number[]): string {
  if (ascii.test(text)) {
    if (origins) for (let at = 0; at <= text.length; at += 1) origins.push(at);
    return text.toLowerCase();
  }
  let result = '';
  let at = 0;
  while (at < text.length) {
    const begin = at;
    while (at < text.length && isPlain(text.charCodeAt(at)) && isPlain(text.charCodeAt(at + 1) || 0)) at += 1;
    if (at > begin) {
      result += text.slice(begin, at).toLowerCase();
      if (origins) for (let each = begin; each < at; each += 1) origins.push(each);
      continue;
    }
    character.lastIndex = at;
    const folded = foldCharacter(character.exec(text)?.[0] ?? text.charAt(at));
    result += folded;
    if (origins) for (let unit = 0; unit < folded.length; unit += 1) origins.push(at);
    at = character.lastIndex || at + 1;
  }
  origins?.push(text.length);
  return result;
}

const ascii = /^[\0-\x7f]*$/;
const character = /.\p{M}*/suy;

// Normalises again, because lower case may produce a form that NFKC changes.
function foldCharacter(text: string): string {
  return text.normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** Characters that fold to one unit without their neighbours: ASCII, kana, Chinese characters. */
function isPlain(code: number): boolean {
  return code < 0x80 || (code >= 0x3400 && code <= 0x9fff) || (code >= 0x3041 && code <= 0x3096) || isKatakana(code);
}

function isKatakana(code: number): boolean {
  return code >= 0x30a1 && code <= 0x30fa;
}
