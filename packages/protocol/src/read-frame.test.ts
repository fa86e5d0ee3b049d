import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientFrameSchema } from './client-frames.ts';
import { isTextSend, readFrame } from './read-frame.ts';

const send = { type: 'send', ref: 'c1', to: 7, body: { type: 'text', text: 'hi' } };
const image = { type: 'image', media: 5, name: 'a.png', size: 10, mime: 'image/png' };

describe('readFrame', () => {
  it.each([
    send,
    { ...send, replyTo: 5, mentions: [1, 2] },
    { ...send, body: { ...image, width: 4, height: 3 } },
    { ...send, body: { type: 'sticker', code: 'wave' } },
    { ...send, body: { type: 'card', user: 9 } },
    { ...send, body: { type: 'text', text: '👍'.repeat(8000) } },
    { type: 'mark', chat: 7, read: 4096 },
    { type: 'mark', chat: 7, delivered: 4096, ref: 'm' },
    { type: 'received', cursor: '1740000000000-12' },
    { type: 'typing', chat: 7, active: true },
    { type: 'typing', chat: 7, active: true, state: 'recording' },
    { type: 'focus', chat: null },
    { type: 'watch', users: [] },
    { type: 'recall', chat: 7, id: 1 },
    { type: 'edit', chat: 7, id: 1, body: { type: 'text', text: 'x' } },
    { type: 'react', chat: 7, id: 1, emoji: '👩‍👩‍👧‍👦', active: true },
    { type: 'stream', op: 'start', ref: 'c1', to: 7 },
    { type: 'stream', op: 'start', ref: 'c1', to: 7, text: '', custom: { model: 'x' }, silent: true },
    { type: 'stream', op: 'append', chat: 7, id: 1, index: 1, text: ' ' },
    { type: 'stream', op: 'append', ref: 'a', chat: 7, id: 1, index: 1, text: 'x' },
    { type: 'stream', op: 'read', chat: 7, id: 1 },
    { type: 'stream', op: 'end', chat: 7, id: 1, body: { type: 'sticker', code: 'done' } },
    { type: 'auth', token: 't' },
    { type: 'ping' },
  ])('readFrame accepts the frame %j', (frame) => {
    expect(readFrame(JSON.parse(JSON.stringify(frame)))).toEqual({ ok: true, frame });
  });

  it.each([
    ['no object', 5, ''],
    ['no object', null, ''],
    ['no object', [send], ''],
    ['an unknown type', { type: 'sned', ref: 'c1' }, 'type'],
    ['no type', { ref: 'c1' }, 'type'],
    ['an unknown field', { ...send, reply: 5 }, 'reply'],
    ['an unknown field in the body', { ...send, body: { ...send.body, bold: true } }, 'bold'],
    ['no ref', { type: 'send', to: 7, body: send.body }, 'ref'],
    ['a ref that is too long', { ...send, ref: 'x'.repeat(65) }, 'ref'],
    ['an empty ref', { ...send, ref: '' }, 'ref'],
    ['a receiver that is no safe integer', { ...send, to: 2 ** 53 }, 'to'],
    ['a receiver that is a string', { ...send, to: '7' }, 'to'],
    ['a negative receiver', { ...send, to: -7 }, 'to'],
    ['a fractional receiver', { ...send, to: 7.5 }, 'to'],
    ['empty text', { ...send, body: { type: 'text', text: '' } }, 'body.text'],
    ['too long text', { ...send, body: { type: 'text', text: 'x'.repeat(8001) } }, 'body.text'],
    ['a lone surrogate', { ...send, body: { type: 'text', text: 'a\ud800' } }, 'body.text'],
    ['a null character', { ...send, body: { type: 'text', text: 'a\0b' } }, 'body.text'],
    ['a prototype in disguise', JSON.parse('{"type":"ping","__proto__":{"ref":"x"}}'), '__proto__'],
    ['an unknown operation of a stream', { type: 'stream', op: 'stop', chat: 7, id: 1 }, 'op'],
    ['a stream without a ref', { type: 'stream', op: 'start', to: 7 }, 'ref'],
    ['an append without text', { type: 'stream', op: 'append', chat: 7, id: 1, index: 1, text: '' }, 'text'],
    ['an append with index 0', { type: 'stream', op: 'append', chat: 7, id: 1, index: 0, text: 'x' }, 'index'],
    ['an unknown field in an append', { type: 'stream', op: 'append', chat: 7, id: 1, index: 1, text: 'x', b: 1 }, 'b'],
    ['neither delivered nor read', { type: 'mark', chat: 7 }, 'read'],
    ['both delivered and read', { type: 'mark', chat: 7, delivered: 1, read: 1 }, 'read'],
    ['a cursor that is none', { type: 'received', cursor: 'abc' }, 'cursor'],
    ['too many watched users', { type: 'watch', users: Array.from({ length: 501 }, (_, i) => i + 1) }, 'users'],
    [
      'a medium without its size',
      { ...send, body: { type: 'image', media: 5, name: 'a.png', mime: 'image/png' } },
      'size',
    ],
  ])('readFrame rejects %s and names the invalid field', (_title, value, named) => {
    const reading = readFrame(value);
    expect(reading.ok).toBe(false);
    expect(!reading.ok && reading.message).toContain(named);
  });

  it('readFrame returns the ref of an invalid frame', () => {
    expect(readFrame({ ...send, to: 0 })).toMatchObject({ ok: false, ref: 'c1' });
    expect(readFrame({ ...send, ref: 5 })).not.toHaveProperty('ref');
  });

  it('the fast path of readFrame accepts only frames that the schema accepts', () => {
    const part = <T>(valid: T) =>
      fc.oneof({ weight: 6, arbitrary: fc.constant(valid) }, { weight: 1, arbitrary: fc.jsonValue() });
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constant('\udc00'),
      fc.constant('\0'),
      fc.constant(''),
    );
    const frame = fc.record(
      {
        type: part('send'),
        ref: fc.oneof(text, part('c1')),
        to: fc.oneof(fc.integer(), fc.double(), part(7)),
        body: fc.oneof(
          fc.record({ type: part('text'), text: fc.oneof(text, part('hi')) }),
          part({ type: 'text', text: 'hi' }),
        ),
        replyTo: fc.jsonValue(),
      },
      { requiredKeys: ['type', 'ref', 'to', 'body'] },
    );
    fc.assert(
      fc.property(frame, (value) => !isTextSend(value) || clientFrameSchema.safeParse(value).success),
      { numRuns: 2000 },
    );
  });
});
