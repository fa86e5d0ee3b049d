import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Filters, termsOfFilters } from './filter-terms.ts';
import { matches } from './find-hits.ts';
import { type Fence, findSlice, readId, readPlaces, type Segment, SegmentBuilder, unite } from './segment.ts';
import { readQuery, type Term } from './terms.ts';

function build(texts: readonly string[]): Segment {
  const builder = new SegmentBuilder();
  for (const [index, text] of texts.entries())
    builder.add({ id: 1000 + index, peer: 1 + (index % 3), sender: 1 + (index % 2), kind: 'text', text });
  return builder.finish();
}

function places({ fences, postings }: Segment, { texts, prefix }: Term): number[] {
  const lists = texts.map((text) => {
    const slice = findSlice(JSON.parse(fences) as Fence[], { text, prefix });
    if (slice === undefined) return [];
    return readPlaces(postings.subarray(slice.begin, slice.begin + slice.length), { text, prefix });
  });
  return unite(lists);
}

const filter = (filters: Filters) => termsOfFilters(filters)[0] as Term;

const syllable = fc.constantFrom(
  'ab',
  'a',
  'Ba',
  '天',
  '气好',
  '好',
  ' ',
  ', ',
  '👍',
  '🏽',
  'é',
  'e\u0301',
  '𐌰',
  'ﬃ',
  'か',
  '9',
  '123',
  'ü',
  'ue',
  '++',
  '.',
  '-',
  '"',
  'x'.repeat(31),
  '發',
  '发',
);
const phrase = fc.array(syllable, { maxLength: 8 }).map((parts) => parts.join(''));

describe('a segment', () => {
  it('a search segment returns every matching message for any query', () => {
    fc.assert(
      fc.property(fc.array(phrase, { maxLength: 40 }), phrase, (texts, query) => {
        const segment = build(texts);
        const wanted = readQuery(query);
        if (wanted.terms.length === 0) return;
        const lists = wanted.terms.map((term) => new Set(places(segment, term)));
        for (const [index, text] of texts.entries()) {
          if (matches(wanted, text)) expect(lists.every((list) => list.has(index))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a search segment finds each of many terms, by the whole term or a prefix, and no other term', () => {
    const texts = Array.from(
      { length: 4096 },
      (_, n) => `w${n} every${n % 2 ? 'one' : 'body'} 第${String.fromCharCode(0x4e00 + n)}`,
    );
    const segment = build(texts);
    expect((JSON.parse(segment.fences) as Fence[]).length).toBeGreaterThan(10);
    for (const n of [0, 1, 9, 127, 128, 2000, 4095]) {
      expect(places(segment, { texts: [`w${n}`], prefix: false })).toEqual([n]);
      expect(places(segment, { texts: [`第${String.fromCharCode(0x4e00 + n)}`], prefix: false })).toEqual([n]);
    }
    expect(places(segment, { texts: ['everyone'], prefix: false })).toHaveLength(2048);
    expect(places(segment, { texts: ['every'], prefix: true })).toEqual(texts.map((_, n) => n));
    expect(places(segment, { texts: ['第'], prefix: true })).toEqual(texts.map((_, n) => n));
    expect(places(segment, { texts: ['w40'], prefix: true })).toHaveLength(1 + 10 + 96);
    for (const text of ['a', 'w4096', 'zzz', '龘', '\0']) {
      for (const prefix of [true, false]) {
        if (text !== '\0' || !prefix) expect(places(segment, { texts: [text], prefix })).toEqual([]);
      }
    }
  });

  it('a search segment finds its messages by peer, sender and kind', () => {
    const segment = build(['a', 'b', 'c', 'd']);
    expect(segment.count).toBe(4);
    expect(segment.peers).toEqual([1, 2, 3]);
    expect(readId(segment.ids, 0)).toEqual({ id: 1000, peer: 1 });
    expect(readId(segment.ids.subarray(16, 48), 1)).toEqual({ id: 1002, peer: 3 });
    expect(places(segment, filter({ peer: 1 }))).toEqual([0, 3]);
    expect(places(segment, filter({ peer: 10 }))).toEqual([]);
    expect(places(segment, filter({ sender: 2 }))).toEqual([1, 3]);
    expect(places(segment, filter({ kinds: ['image', 'text'] }))).toEqual([0, 1, 2, 3]);
    expect(places(segment, filter({ kinds: ['link'] }))).toEqual([]);
  });
});
