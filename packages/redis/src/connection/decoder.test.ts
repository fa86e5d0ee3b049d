import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decoder, ReplyError } from './decoder.ts';

describe('replies', () => {
  it('the decoder decodes each type of Redis reply', () => {
    expect(decode(Buffer.from(':42\r\n:-7\r\n:9007199254740991\r\n'))).toEqual([42, -7, Number.MAX_SAFE_INTEGER]);
    expect(decode(Buffer.from('+OK\r\n$5\r\nh\r\nlo\r\n$0\r\n\r\n$-1\r\n'))).toEqual(['OK', 'h\r\nlo', '', null]);
    expect(decode(Buffer.from('*2\r\n:1\r\n*2\r\n$1\r\na\r\n*0\r\n*-1\r\n'))).toEqual([[1, ['a', []]], null]);
    expect(decode(Buffer.from('-NOSCRIPT none\r\n'))).toEqual([new ReplyError('NOSCRIPT none')]);
  });

  it('the decoder decodes Redis replies that are split into chunks at any byte', () => {
    const reply: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.maxSafeInteger(),
        fc.string({ unit: 'grapheme' }),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    })).value;
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 6 }), fc.array(fc.nat(40)), (values, cuts) => {
        const bytes = Buffer.from(values.map(encode).join(''));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(decode(...chunks, bytes.subarray(at))).toEqual(values);
      }),
    );
  });

  it('the decoder throws if the bytes are not a Redis reply', () => {
    expect(() => decode(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(/does not begin a RESP2 reply/);
  });
});

function decode(...chunks: Buffer[]): unknown[] {
  const values: unknown[] = [];
  const decoder = new Decoder((value) => values.push(value));
  for (const chunk of chunks) decoder.feed(chunk);
  return values;
}

function encode(value: unknown): string {
  if (value === null) return '$-1\r\n';
  if (typeof value === 'number') return `:${value}\r\n`;
  if (Array.isArray(value)) return `*${value.length}\r\n${value.map(encode).join('')}`;
  return `$${Buffer.byteLength(value as string)}\r\n${value}\r\n`;
}
