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
    ['the greatest exact numbers', { a: [Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 1e-300, 0.1] }],
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
    ['a number that is too large for a double', JSON.parse('{"a":1e400}'), 'custom: Holds a number beyond ±90071'],
    ['an integer that is not exact', JSON.parse('{"a":[{"b":-9007199254740993}]}'), 'custom: Holds a number beyond'],
    [
      'a lone surrogate in a value',
      JSON.parse('{"a":"\\ud800"}'),
      'custom: Holds a null character or a lone surrogate',
    ],
    ['a lone surrogate in a key', { '\ud800': 1 }, 'custom: Holds a null character or a lone surrogate'],
  ])('custom data of a message reject %s', (_, custom, message) => {
    expect(readFrame(send(custom))).toEqual({ ok: false, ref: 'r', message: expect.stringContaining(message) });
  });

  it.each([
    ['send', { type: 'send', ref: 'r', to: 5, body: { type: 'text', text: 'hi' } }],
    ['edit', { type: 'edit', chat: 5, id: 6, body: { type: 'text', text: 'hi' } }],
    ['stream start', { type: 'stream', op: 'start', ref: 'r', to: 5 }],
    ['stream end', { type: 'stream', op: 'end', chat: 5, id: 6 }],
    ['action', { type: 'action', chat: 5, id: 6, action: 'a' }, 'data'],
    ['a body', { type: 'send', ref: 'r', to: 5 }, 'body'],
  ])('the frame schema accepts only numbers that stay exact in the app data of %s', (_, frame, at = 'custom') => {
    const reading = (number: string) => {
      const data = JSON.parse(`{"a":[${number}]}`);
      return readFrame({ ...frame, [at]: at === 'body' ? { type: 'custom', name: 'n', data } : data }).ok;
    };
    expect(['9007199254740991', '-0', '1.5e-300'].map(reading)).toEqual([true, true, true]);
    expect(['9007199254740992', '-1e400', '1e300'].map(reading)).toEqual([false, false, false]);
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
