import { describe, expect, it } from 'vitest';
import { Heights } from './heights.ts';

const rows = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, at) => ({ key: String(first + at) }));

describe('heights of rows', () => {
  it('Heights measures positions from the end, so that older rows do not move newer ones', () => {
    const heights = new Heights(() => 50);
    heights.measure('10', 80);
    heights.layOut(rows(8, 10));
    const before = [heights.end('10'), heights.end('9'), heights.end('8')];
    expect(before).toEqual([0, 80, 130]);
    heights.layOut(rows(1, 10));
    expect([heights.end('10'), heights.end('9'), heights.end('8')]).toEqual(before);
    expect(heights.total).toBe(80 + 9 * 50);
  });

  it('Heights finds the rows of a range whatever their heights', () => {
    const heights = new Heights(({ key }) => (Number(key) % 7) * 13 + 20);
    heights.below = 200;
    const all = rows(1, 300);
    heights.layOut(all);
    for (let from = 0; from < heights.total; from += 97) {
      const [start, stop] = heights.range(from, from + 400);
      const expected = all.filter((row) => {
        const end = heights.end(row.key) as number;
        return end < from + 400 && end + heights.height(row) > from;
      });
      expect(all.slice(start, stop)).toEqual(expected);
    }
  });

  it("Heights reports whether a row's height changed", () => {
    const heights = new Heights(() => 50);
    expect(heights.measure('1', 40)).toBe(true);
    expect(heights.measure('1', 40)).toBe(false);
  });
});
