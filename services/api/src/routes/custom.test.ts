import type { Problem } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKey, type Product, startServerApi } from '../../test/server-api.ts';

let product: Product;
beforeAll(async () => {
  product = await startServerApi({ MAX_CUSTOM: '100B' });
});
afterAll(() => product[Symbol.asyncDispose]());

const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

/** Operations that accept `custom`, each with a body without it. */
const operations = [['post', '/v1/server/messages', message()]] as const;

describe.each(operations)('custom data by %s %s', (method, path, body) => {
  const call = (custom: string) =>
    product.api.call<Problem>(method, path, {
      token: apiKey,
      raw: JSON.stringify({ ...body, custom: 0 }).replace('"custom":0', `"custom":${custom}`),
    });

  it.each([
    ['an array', '[1]', 'custom: Invalid input: expected record, received array'],
    ['a string', '"text"', 'custom: Invalid input: expected record, received string'],
    ['a byte too large', JSON.stringify(sized(101)), 'custom: Too large: this server allows at most 100 bytes of JSON'],
    ['far too large', JSON.stringify(sized(20_000)), 'custom: Too large: more than 16384 bytes of JSON'],
    ['an object with a key __proto__', '{"__proto__":{"admin":true}}', 'custom: Holds a key __proto__'],
    ['an object with a key __proto__ inside', '{"a":[{"__proto__":1}]}', 'custom: Holds a key __proto__'],
    ['an object with a null character', '{"a":"\\u0000"}', 'custom: Holds a null character or a lone surrogate'],
  ])('is refused if it is %s', async (_, custom, detail) => {
    const { status, body } = await call(custom);
    expect([status, body]).toMatchObject([400, { code: 'bad-request', detail, errors: [{ path: 'custom' }] }]);
  });

  it.each([40, 15_000])('is refused if it has %i levels', async (levels) => {
    const { status, body } = await call(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect([status, body]).toMatchObject([400, { detail: 'Nested deeper than 32 levels.' }]);
  });
});

describe('custom data of a message of the product', () => {
  it('is limited in its body too', async () => {
    const own = (data: object) => ({ ...message(), body: { type: 'custom', name: 'poll', data } });
    const refused = await product.call<Problem>('post', '/messages', own(sized(101)));
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'body.data']);
    await product.people('c-1');
    expect((await product.call('post', '/messages', { ...own(sized(100)), custom: sized(100) })).status).toBe(201);
  });
});

function message() {
  return { from: 'system', to: 'c-1', ref: 'r', body: { type: 'text', text: 'hi' } };
}
