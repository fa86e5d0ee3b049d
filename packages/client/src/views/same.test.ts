import { describe, expect, it } from 'vitest';
import { isSame, keepFields, keepItems } from './same.ts';

const keyOf = ({ key }: { key: string }) => key;

describe('equal values of views', () => {
  it('keepItems returns the earlier list if all items are equal', () => {
    const before = [{ key: 'a', body: { text: 'x' } }, { key: 'b' }];
    expect(keepItems(before, structuredClone(before), keyOf)).toBe(before);
  });

  it('keepItems keeps equal items when another item changes, moves, arrives or leaves', () => {
    const [a, b] = [
      { key: 'a', text: 'x' },
      { key: 'b', text: 'y' },
    ];
    const edited = keepItems([a, b], [{ ...a }, { ...b, text: 'edited' }], keyOf);
    expect(edited).toEqual([a, { key: 'b', text: 'edited' }]);
    expect(edited[0]).toBe(a);
    expect(keepItems([a, b], [{ ...b }, { ...a }], keyOf)).toEqual([b, a]);
    expect(keepItems([a], [{ ...a }, { ...b }], keyOf)[0]).toBe(a);
    expect(keepItems([a, b], [{ ...b }], keyOf)).toEqual([b]);
  });

  it.each([
    ['functions', { retry: () => 1 }, { retry: () => 2 }, true],
    ['a function that is gone', { retry: () => 1 }, {}, false],
    ['missing and undefined fields', { custom: undefined }, {}, true],
    ['nested data', { custom: { tags: ['a', 'b'] } }, { custom: { tags: ['a', 'c'] } }, false],
    ['an array that is longer', { tags: ['a'] }, { tags: ['a', 'b'] }, false],
    ['an array and an object', [], {}, false],
    ['null and an object', null, {}, false],
    ['two errors', new Error('a'), new Error('a'), false],
  ])('compares %s', (_, a, b, expected) => {
    expect(isSame(a, b)).toBe(expected);
    expect(isSame(b, a)).toBe(expected);
  });

  it('keepFields returns the earlier object if all fields are identical', () => {
    const before = { list: [1], error: undefined as Error | undefined };
    expect(keepFields(before, { ...before })).toBe(before);
    expect(keepFields(before, { ...before, error: new Error('x') })).not.toBe(before);
  });
});
