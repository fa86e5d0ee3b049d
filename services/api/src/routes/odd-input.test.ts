import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, TestApi } from '../../test/test-api.ts';

let api: TestApi;
let ann: Person;

beforeAll(async () => {
  api = await TestApi.start({ SIGN_INS_PER_MINUTE: '1000', SIGN_INS_PER_ADDRESS: '1000' });
  ann = await api.person();
});
afterAll(() => api[Symbol.asyncDispose]());

const lists = [
  '/v1/users?q=a',
  '/v1/sessions?',
  '/v1/friend-requests?',
  '/v1/friends?',
  '/v1/friend-groups?',
  '/v1/blocks?',
  '/v1/chats?',
  '/v1/search?q=a',
];
const odd = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\uffff',
  "'; drop table users",
  '%00',
  '9'.repeat(15),
  '-9007199254740991',
  '__proto__',
  '../x',
  '[]',
  '{}',
];

// The api must refuse odd input, or respond that nothing matches. It must never respond with a 5xx
// status.
describe('odd input is refused or matches nothing', () => {
  it.each(lists)('an odd page cursor of %s is rejected or returns an empty page', async (path) => {
    const places = [
      ...odd,
      [],
      [1],
      [1, 2],
      [1, 2, 3],
      [2 ** 31, 1],
      [2 ** 31, 1, 1],
      [2 ** 53, 1],
      [1.5],
      ['\u0000'],
      [1, '\u0000'],
      [null, null],
    ];
    for (const place of places) {
      const after = Buffer.from(JSON.stringify(place)).toString('base64url');
      const joined = Array.isArray(place) ? place.join('.') : place;
      for (const given of [
        after,
        encodeURIComponent(JSON.stringify(place)),
        encodeURIComponent(joined.toWellFormed()),
      ]) {
        const { status } = await ann.get(`${path}&after=${given}`);
        expect([place, status]).toEqual([place, expect.toSatisfy((it: number) => it === 200 || it === 400)]);
      }
    }
  });

  it.each(['/v1/users/', '/v1/chats/', '/v1/friends/', '/v1/blocks/', '/v1/sessions/', '/v1/friend-groups/'])(
    'an odd id under %s is rejected or matches nothing',
    async (path) => {
      for (const id of odd) {
        const { status } = await ann.call('delete', path + encodeURIComponent(id.toWellFormed()));
        expect([id, status]).toEqual([id, expect.toSatisfy((it: number) => it < 500)]);
      }
    },
  );

  it('the api never responds with a server error to an odd username or password', async () => {
    for (const text of odd) {
      for (const body of [
        { username: text, password: 'long enough' },
        { username: 'someone-else', password: text },
      ]) {
        for (const path of ['/v1/users', '/v1/sessions']) {
          const { status } = await api.call('post', path, { body });
          expect([path, body, status]).toEqual([path, body, expect.toSatisfy((it: number) => it < 500)]);
        }
      }
    }
  });

  it.each(['/v1/users/%ff', '/v1/users?q=%', '/v1/users?q=%ed%a0%80', '/v1/blocks?after=%zz'])(
    'the malformed percent-encoding of %s is rejected',
    async (path) => {
      const { status, body } = await ann.get<{ detail: string }>(path);
      expect([status, body.detail]).toEqual([400, 'The address has a malformed percent-encoding.']);
    },
  );

  it('the api rejects deeply nested JSON', async () => {
    const deep = '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000);
    for (const raw of [deep, `{"name":${deep}}`, '['.repeat(30_000) + ']'.repeat(30_000)]) {
      const { status, body } = await api.call<{ detail: string }>('patch', '/v1/me', {
        raw,
        token: ann.session.accessToken,
      });
      expect([status, body.detail]).toEqual([400, 'Nested deeper than 32 levels.']);
    }
  });

  it('the api rejects JSON keys that are named like built-in properties of objects', async () => {
    for (const raw of ['{"__proto__":{"name":"x"}}', '{"constructor":1,"name":"x"}', '{"toString":1,"name":"x"}']) {
      const { status } = await api.call('patch', '/v1/me', { raw, token: ann.session.accessToken });
      expect([raw, status]).toEqual([raw, 400]);
    }
  });

  it('the api rejects a body that is not UTF-8', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${ann.session.accessToken}` };
    const body = Buffer.from('{"name":"\u00e9"}', 'latin1');
    const response = await fetch(`${api.url}/v1/me`, { method: 'PATCH', headers, body });
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
      400,
      'The body is not valid UTF-8.',
    ]);
  });

  it.each([
    ['PATCH', '/v1/me', { 'content-type': 'application/json' }],
    ['POST', '/v1/media', { 'tus-resumable': '1.0.0', 'upload-length': '5' }],
  ])('a compressed body of %s %s is rejected', async (method, path, own) => {
    const authorization = `Bearer ${ann.session.accessToken}`;
    const send = (encoding: string, body: string | Buffer) =>
      fetch(api.url + path, { method, body, headers: { ...own, authorization, 'content-encoding': encoding } });
    const response = await send('gzip', gzipSync('{"name":"Ann"}'));
    expect([response.status, ((await response.json()) as { detail: string }).detail]).toEqual([
      400,
      'Send the body without Content-Encoding. Compressed bodies are not supported.',
    ]);
    expect((await send('identity', method === 'PATCH' ? '{"name":"Ann"}' : '')).ok).toBe(true);
  });

  it('the api stores odd text and returns it unchanged', async () => {
    for (const sign of ["'; drop table users", '\\', '$1', '%', '🦊👩‍👩‍👧', '"', '\uffff', 'ｆｕｌｌ']) {
      const { body } = await ann.call<{ sign: string }>('patch', '/v1/me', { sign });
      expect(body.sign).toBe(sign);
    }
  });
});
