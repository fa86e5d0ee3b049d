import { describe, expect, it } from 'vitest';
import { findHits, matches } from './find-hits.ts';
import { readQuery } from './terms.ts';

/** Returns the text with its hits in brackets. Undefined if it does not match. */
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

describe('finds and marks hits', () => {
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
    ['a_b', 'b a', '[b] [a]'],
    ["o'neil", "O'Neil", "[O]'[Neil]"],
    ['123', '13812345', undefined],
    ['138', 'call 13812345', 'call [138]12345'],
    ['x'.repeat(100), `${'x'.repeat(100)}y`, `[${'x'.repeat(100)}]y`],
    ['x'.repeat(100), 'x'.repeat(99), undefined],
    ['a', 'a\ud800b', '[a]\ud800b'],
    ['𐌰', '𐌰𐌱', '[𐌰]𐌱'],
    ['İ', 'İstanbul', '[İ]stanbul'],
  ])('%s in %s', (query, text, marked) => {
    expect(mark(query, text)).toBe(marked);
  });

  it.each(['', ' ', '.', '?!', '，。', '\u0000', '\ud800', '\u200d', '\ufe0f', '_'])(
    '%j is an empty query',
    (query) => {
      expect(readQuery(query).terms).toEqual([]);
    },
  );
});
