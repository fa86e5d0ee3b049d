/**
 * Returns the skeleton of a name. Names that a person could confuse have the same skeleton. Use it
 * only to compare names. It ignores case, separators and accents, and replaces digits and letters
 * of other scripts by the Latin letters that they look like.
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
 * Lower-case letters and digits -> the Latin letter that they look like. Contains the characters of
 * Unicode's confusables (UTS #39) that keyboards can type.
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
