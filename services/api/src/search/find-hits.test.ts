import { describe, expect, it } from 'vitest';
import { findHits, matches } from './find-hits.ts';
import { readQuery } from './terms.ts';

/** Returns the text with each hit in brackets. Undefined if the text does not match the query. */
function mark(query: string, text: string): string | undefined {
  const wanted = readQuery(query);
  if (!matches(wanted, text)) return undefined;
  let marked = '';
  let at = 0;
  for (const [start, end] of findHits(wanted, text)) {
    marked += `${text.slice(at, start)}[${text.slice(start, end)}]`;
    at = end;
  }
  return marked + text.slice(at);
}

describe('search hits and their marks', () => {
  it.each([
    ['hello', 'Hello, hello world', '[Hello], [hello] world'],
    ['wor', 'Hello world', 'Hello [wor]ld'],
    ['world hello', 'Hello world', '[Hello] [world]'],
    ['orld', 'Hello world', undefined],
    ['hello mars', 'Hello world', undefined],
    ['天气', '今天天气很好', '今天[天气]很好'],
    ['天', '今天天气', '今[天天]气'],
    ['气天', '今天天气', undefined],
    ['好 天气', '今天天气很好', '今天[天气]很[好]'],
    ['天气hello', 'hello天气', '[hello天气]'],
    ['天氣', '今天天气很好', '今天[天气]很好'],
    ['头发', '頭髮很長', '[頭髮]很長'],
    ['发现', '發現', '[發現]'],
    ['𠵾', '㗲', '[㗲]'],
    ['東京', '東京タワーに行く', '[東京]タワーに行く'],
    ['タワー', '東京タワーに行く', '東京[タワー]に行く'],
    ['ﾀﾜｰ', '東京タワー', '東京[タワー]'],
    ['안녕', '안녕하세요', '[안녕]하세요'],
    ['สวัส', 'สวัสดี', '[สวัส]ดี'],
    ['ｆｕｌｌ', 'full width', '[full] width'],
    ['full', 'ｆｕｌｌ　width', '[ｆｕｌｌ]　width'],
    ['ÉTÉ', 'un été', 'un [été]'],
    ['été', 'un e\u0301te\u0301 chaud', 'un [e\u0301te\u0301] chaud'],
    ['ffi', 'oﬃce ﬃ', 'oﬃce [ﬃ]'],
    ['f', 'ﬃ', '[ﬃ]'],
    ['👍', 'ok 👍🏽!', 'ok [👍]🏽!'],
    ['👧', 'us: 👩‍👩‍👧', 'us: 👩‍👩‍[👧]'],
    ['100%', 'at 100 percent', 'at [100] percent'],
    ["o'neil", 'O’Neil', '[O’Neil]'],
    ['cafe', 'un Café', 'un [Café]'],
    ['café', 'cafe', '[cafe]'],
    ['cafe', 'cafe\u0301s', '[cafe\u0301]s'],
    ['istanbul', 'İSTANBUL', '[İSTANBUL]'],
    ['icon', 'Icon ıcon', '[Icon] [ıcon]'],
    ['viet', 'Việt Nam', '[Việt] Nam'],
    ['dong', 'đồng', '[đồng]'],
    ['Strasse', 'Große Straße', 'Große [Straße]'],
    ['gross', 'Große', '[Groß]e'],
    ['mueller', 'Herr Müller', 'Herr [Müller]'],
    ['muller', 'Herr Müller', 'Herr [Müller]'],
    ['Müller', 'Mueller oder Muller', '[Mueller] oder [Muller]'],
    ['für', 'fu\u0308r', '[fu\u0308r]'],
    ['lodz ola', 'Łódź, Øla', '[Łódź], [Øla]'],
    ['ελληνικος', 'Ελληνικός', '[Ελληνικός]'],
    ['елка', 'Ёлка', '[Ёлка]'],
    ['мои', 'мой', undefined],
    ['कि', 'की', undefined],
    ['が', 'か', undefined],
    ['c++', 'C and C++ code', 'C and [C++] code'],
    ['c', 'C++', '[C]++'],
    ['C#', 'C, C++, C#, F#', 'C, C++, [C#], F#'],
    ['c++11', 'C++11', '[C++11]'],
    ['.net', 'net .NET ASP.NET', 'net [.NET] ASP[.NET]'],
    ['#fun', 'fun #fun', 'fun [#fun]'],
    ['...fun', 'fun', '[fun]'],
    ['ERR_502', 'got err_502, err_503', 'got [err_502], err_503'],
    ['502', 'ERR_502', 'ERR_[502]'],
    ['502', 'err502b', 'err[502]b'],
    ['kg', '10kg', '10[kg]'],
    ['order-1234', 'order 1234; 1234 order', '[order 1234]; 1234 order'],
    ['order-12', 'order-1234', '[order-12]34'],
    ['v1.2.3', 'v1.2.3 v1.2.4', '[v1.2.3] v1.2.4'],
    ['1.2.3', 'v1.2.3', 'v[1.2.3]'],
    ['2.3', 'v1.2.3', 'v1.[2.3]'],
    ['a_b', 'b a', undefined],
    ['user@example.com', 'mail user@example.com!', 'mail [user@example.com]!'],
    ['@example', 'user@example.com', 'user[@example].com'],
    ['12', '13812345', undefined],
    ['2345', '13812345', '1381[2345]'],
    ['138', 'call 13812345', 'call [138]12345'],
    ['"hello world"', 'Hello, world', '[Hello, world]'],
    ['"hello world"', 'world hello', undefined],
    ['"hello wor"', 'hello world', undefined],
    ['"hello wor', 'hello world', '[hello wor]ld'],
    ['“hello world”', 'hello world', '[hello world]'],
    ['"天气 hello"', 'hello天气', undefined],
    ['"hello天气" x', 'x hello 天气好', '[x] [hello 天气]好'],
    ['hello -world', 'hello you', '[hello] you'],
    ['hello -world', 'hello worlds', undefined],
    ['hello -"big world"', 'hello world, big', '[hello] world, big'],
    ['hello -"big world"', 'hello big world', undefined],
    ['天气 -明天', '明天天气', undefined],
    ['-world', 'hello', 'hello'],
    ['hello - world', 'hello world', '[hello] [world]'],
    ['x'.repeat(100), `${'x'.repeat(100)}y`, `[${'x'.repeat(100)}]y`],
    ['x'.repeat(100), 'x'.repeat(99), undefined],
    ['a', 'a\ud800b', '[a]\ud800b'],
    ['𐌰', '𐌰𐌱', '[𐌰]𐌱'],
    ['İ', 'İstanbul', '[İ]stanbul'],
  ])('the query %s marks the expected hits in %s', (query, text, marked) => {
    expect(mark(query, text)).toBe(marked);
  });

  it.each(['', ' ', '.', '?!', '，。', '\u0000', '\ud800', '\u200d', '\ufe0f', '_', '-', '"', '-"', '--'])(
    '%j is an empty query',
    (query) => {
      expect(readQuery(query)).toEqual({ phrases: [], excluded: [], terms: [] });
    },
  );
});
