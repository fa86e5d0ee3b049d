import { describe, expect, it } from 'vitest';
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
  ])('accepts %s', (_, custom) => {
    expect(readFrame(send(custom))).toEqual({ ok: true, frame: send(custom) });
  });

  it.each([
    ['a string', 'text', 'custom: '],
    ['an array', [1], 'custom: '],
    ['null', null, 'custom: '],
    ['one byte too much', sized(limits.custom + 1), 'custom: Too large: at most 4096 bytes of JSON'],
    ['too many bytes of UTF-8', { a: '长'.repeat(1400) }, 'custom: Too large'],
    ['a null character in a value', { a: [{ b: '\0' }] }, 'custom: Holds a null character'],
    ['a lone surrogate in a key', { '\ud800': 1 }, 'custom: Holds a null character or a lone surrogate'],
  ])('rejects %s', (_, custom, message) => {
    expect(readFrame(send(custom))).toEqual({ ok: false, ref: 'r', message: expect.stringContaining(message) });
  });

  it('may be a body of its own', () => {
    const body = { type: 'custom', name: 'poll', data: { question: '?' } };
    const frame = { type: 'edit', chat: 5, id: 6, body, custom: { a: 1 } };
    expect(readFrame(frame)).toEqual({ ok: true, frame });
    expect(readFrame({ ...frame, body: { ...body, extra: 1 } }).ok).toBe(false);
    expect(readFrame({ ...frame, body: { ...body, data: { a: 'x'.repeat(4096) } } }).ok).toBe(false);
  });
});
