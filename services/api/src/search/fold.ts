import { isTraditional, simplified } from './simplified.ts';

/**
 * Folds a text for comparison: removes case, Unicode forms (NFKC) and the accents of Latin, Greek,
 * Hebrew and Arabic letters, and converts Traditional to Simplified Chinese. Folds each base
 * character with its combining marks independently of its neighbours, so that a part of a text
 * folds to the same result on its own.
 *
 * @param origins is filled with the position in `text` of the character from which each UTF-16 unit
 * of the result comes, and finally with the length of `text`
 * @param umlauts whether `ä`, `ö` and `ü` become `ae`, `oe` and `ue`, as German is written without
 * umlauts. Default: they become `a`, `o` and `u`
 */
export function fold(text: string, origins?: number[], umlauts = false): string {
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
    const folded = foldCharacter(character.exec(text)?.[0] ?? text.charAt(at), umlauts);
    result += folded;
    if (origins) for (let unit = 0; unit < folded.length; unit += 1) origins.push(at);
    at = character.lastIndex || at + 1;
  }
  origins?.push(text.length);
  return result;
}

/** Returns whether a text contains German umlauts and can therefore be folded in two ways. */
export function hasUmlaut(text: string): boolean {
  return umlaut.test(text);
}

const ascii = /^[\0-\x7f]*$/;
const character = /.\p{M}*/suy;
const umlaut = /[äöü]|[aou]\u0308/i;
const unaccented = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]/u;

function foldCharacter(text: string, umlauts: boolean): string {
  if (umlauts) {
    const written = UMLAUTS[text.normalize('NFKC').toLowerCase()];
    if (written !== undefined) return written;
  }
  let folded = known.get(text);
  if (folded === undefined) {
    folded = foldUnknown(text);
    if (known.size < MOST_KNOWN) known.set(text, folded);
  }
  return folded;
}

function foldUnknown(text: string): string {
  const simple = simplified(text);
  if (simple !== undefined) return simple;
  // Normalises again, because lower-casing can produce a form that NFKC changes.
  const folded = text.normalize('NFKC').toLowerCase().normalize('NFKC');
  if (unaccented.test(folded)) {
    const bare = folded.normalize('NFD').replace(/\p{Mn}/gu, '');
    return bare.replace(/[^\0-\x7f]/gu, (letter) => LETTERS[letter] ?? letter);
  }
  // Keeps й and ї, which are letters of their own, but removes stress marks and the dots of ё,
  // which writers often omit.
  const russian = /^[а-яё]/.test(folded) && folded.normalize('NFD').replace(/[\u0300\u0301]|(?<=^е)\u0308/g, '');
  return russian ? russian.normalize('NFC') : (simplified(folded) ?? folded);
}

/** Caches folded characters, because normalising is slow. */
const known = new Map<string, string>();
const MOST_KNOWN = 10_000;

const UMLAUTS: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue' };

/** Maps letters that have no Unicode decomposition to the letters that people type instead. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ŧ: 't',
  ı: 'i',
  ς: 'σ',
  // Arabic and Persian variants of a letter become one form.
  ٱ: 'ا',
  ی: 'ي',
  ى: 'ي',
  ک: 'ك',
};

/**
 * Returns whether a character always folds to one unit, independently of its neighbours. True for
 * ASCII, kana and Chinese characters other than Traditional ones.
 */
function isPlain(code: number): boolean {
  if (code < 0x80 || (code >= 0x3041 && code <= 0x3096) || isKatakana(code)) return true;
  return code >= 0x3400 && code <= 0x9fff && !isTraditional(code);
}

function isKatakana(code: number): boolean {
  return code >= 0x30a1 && code <= 0x30fa;
}
