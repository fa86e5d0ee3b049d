import { describe, expect, it } from 'vitest';
import { customSchema, findExcess } from './custom.ts';
import { limits } from './limits.ts';
import { readFrame } from './read-frame.ts';

const send = (custom: unknown) => ({ type: 'send', ref: 'r', to: 5, body: { type: 'text', text: 'hi' }, custom });
const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

describe('custom data of a message', () => {
  it.each([
    ['an empty object', {}],
    ['nested values', { order: { id: 7, lines: [{ sku: 'a' }, null, true, 1.5] }, '': '' }],
    ['as many bytes as fit', sized(limits.custom)],
    ['a key that JavaScript knows', JSON.parse('{"constructor":1,"toString":2}')],
  ])('custom data of a message accept %s', (_, custom) => {
    expect(readFrame(send(custom))).toEqual({ ok: true, frame: send(custom) });
  });

  it.each([
    ['a string', 'text', 'custom: '],
    ['an array', [1], 'custom: '],
    ['null', null, 'custom: '],
    ['one byte too much', sized(limits.custom + 1), 'custom: Too large: more than 16384 bytes of JSON'],
    ['too many bytes of UTF-8', { a: '长'.repeat(5600) }, 'custom: Too large'],
    ['a null character in a value', { a: [{ b: '\0' }] }, 'custom: Holds a null character'],
    ['a key __proto__', JSON.parse('{"a":1,"__proto__":{"b":1}}'), 'custom: Holds a key __proto__'],
    ['a key __proto__ inside', JSON.parse('{"a":[{"__proto__":1}]}'), 'custom: Holds a key __proto__'],
    ['a lone surrogate in a key', { '\ud800': 1 }, 'custom: Holds a null character or a lone surrogate'],
  ])('custom data of a message reject %s', (_, custom, message) => {
    expect(readFrame(send(custom))).toEqual({ ok: false, ref: 'r', message: expect.stringContaining(message) });
  });

  it('the frame schema accepts custom data as the body of a message', () => {
    const body = { type: 'custom', name: 'poll', data: { question: '?' } };
    const frame = { type: 'edit', chat: 5, id: 6, body, custom: { a: 1 } };
    expect(readFrame(frame)).toEqual({ ok: true, frame });
    expect(readFrame({ ...frame, body: { ...body, extra: 1 } }).ok).toBe(false);
    expect(readFrame({ ...frame, body: { ...body, data: sized(limits.custom + 1) } }).ok).toBe(false);
  });

  it('customSchema rejects custom data that is nested too deeply, without exhausting the stack', () => {
    const nested = (levels: number) => JSON.parse(`{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`);
    expect(customSchema.safeParse(nested(limits.depth)).success).toBe(true);
    for (const levels of [limits.depth + 1, 8000]) {
      const { error } = customSchema.safeParse(nested(levels));
      expect(error?.issues).toMatchObject([{ message: 'Nested deeper than 32 levels' }]);
    }
  });

  it("findExcess reports custom data that exceeds the server's limit, and all custom data if the limit is 0", () => {
    expect(findExcess(sized(100), 100)).toBeUndefined();
    expect(findExcess(sized(101), 100)).toBe('Too large: this server allows at most 100 bytes of JSON');
    expect(findExcess({}, 0)).toBe('This server allows no custom data');
  });
});
