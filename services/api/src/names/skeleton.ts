/**
 * Returns the skeleton of a name, a form that is the same for all names that people could confuse.
 * It ignores case, separators and accents, and replaces digits and letters of other scripts with
 * the Latin letters that they resemble. Use it only to compare names.
 */
export function skeleton(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '');
  const latin = [...plain].map((character) => lookalikes.get(character) ?? character).join('');
  return latin
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

/**
 * Maps lower-case letters and digits to the Latin letter that they resemble. Contains the
 * characters of Unicode's list of confusables (UTS #39) that keyboards can type.
 */
const lookalikes = new Map(
  Object.entries({
    a: '4@аɑα',
    b: 'Ььƅ',
    c: 'сϲᴄ',
    d: 'ԁɗ',
    e: '3еҽє',
    g: '9ɡցɢ',
    h: 'һհн',
    j: 'јϳ',
    k: 'кκⲕ',
    l: '1i|!ıɩіӏιןا١۱∣',
    m: 'м',
    n: 'ոпη',
    o: '0οоօᴏഠ௦൦๐໐〇',
    p: 'рρϱⲣ',
    q: 'ԛգզ',
    r: 'гᴦⲅ',
    s: '5$ѕꜱƽ',
    t: '7тτ',
    u: 'υսʋꞟ',
    v: 'νѵ∨',
    w: 'ԝաѡ',
    x: 'хχ×',
    y: 'уүγყ',
    z: '2ᴢ',
  }).flatMap(([letter, others]) => [...others.toLowerCase()].map((other) => [other, letter] as const)),
);
