import { describe, expect, it } from 'vitest';
import { limits } from './limits.ts';
import { parseJson } from './parse-json.ts';

const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('parseJson', () => {
  it('parseJson accepts JSON that is nested exactly as deeply as the limit', () => {
    expect(parseJson('{"a":[1,{"b":null}]}')).toEqual({ ok: true, value: { a: [1, { b: null }] } });
    for (const nested of [lists, objects]) expect(parseJson(nested(limits.depth)).ok).toBe(true);
  });

  it('parseJson rejects JSON that is nested deeper than the limit, without exhausting the stack', () => {
    for (const nested of [lists, objects])
      for (const depth of [limits.depth + 1, 10_000])
        expect(parseJson(nested(depth))).toMatchObject({ ok: false, reason: 'depth' });
    expect(parseJson(`{"to":{"id":${lists(30_000)}}}`)).toMatchObject({ ok: false, reason: 'depth' });
    expect(parseJson(`{"__proto__":${lists(30_000)}}`)).toMatchObject({ ok: false, reason: 'depth' });
  });

  it.each(['', 'hello', '{', '{"a":1}{}', '\u0000'])('parseJson rejects %j, which is not JSON', (text) => {
    expect(parseJson(text)).toMatchObject({ ok: false, reason: 'syntax' });
  });
});
