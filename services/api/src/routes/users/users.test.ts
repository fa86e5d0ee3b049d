import { setTimeout as delay } from 'node:timers/promises';
import type { Problem, Session, User } from '@parley/protocol';
import { readPermit } from '@parley/redis';
import { verifyToken } from '@parley/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { password, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const register = (body: unknown) => api.call<Session & Problem>('post', '/v1/users', { body });

describe('registering', () => {
  it('registering creates an account that is signed in at once', async () => {
    const { status, body, headers } = await register({ username: 'Ann', password, name: ' Ann Lee ' });
    expect(status).toBe(201);
    expect(body.user).toEqual({ id: expect.any(Number), username: 'ann', name: 'Ann Lee', avatar: null, sign: '' });
    expect(body.gateways).toEqual(['http://127.0.0.1:8081']);
    expect(body.expiresIn).toBe(900);
    expect(verifyToken(api.config.tokens.secret, body.accessToken)).toMatchObject({ ok: true, user: body.user.id });
    expect(headers.get('location')).toBe(`/v1/users/${body.user.id}`);
    const me = await api.call<User>('get', '/v1/me', { token: body.accessToken });
    expect(me.body).toEqual(body.user);
  });

  it('registering uses the username as the default name', async () => {
    expect((await register({ username: 'nameless', password })).body.user.name).toBe('nameless');
  });

  it('gateways know a registered user before the api responds', async () => {
    const { body } = await register({ username: 'known', password });
    expect(await readPermit(api.redis, 1, body.user.id)).toBe('stranger');
  });

  it('registering stores no password in plain text', async () => {
    await register({ username: 'secretive', password });
    const row = await api.db
      .selectFrom('users')
      .selectAll()
      .where('username', '=', 'secretive')
      .executeTakeFirstOrThrow();
    expect(row.password_hash).toMatch(/^\$argon2id\$/);
    expect(api.logged.join('')).not.toContain(password);
  });

  it('a username is assigned only once, ignoring case', async () => {
    await register({ username: 'taken', password });
    const { status, body } = await register({ username: 'TAKEN', password });
    expect(status).toBe(409);
    expect(body).toMatchObject({ code: 'conflict', errors: [{ path: 'username' }] });
  });

  it('concurrent registrations assign a username once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => register({ username: 'raced', password })));
    expect(answers.map((it) => it.status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it.each([
    ['a short username', { username: 'ab', password }, 'username'],
    ['a long username', { username: 'a'.repeat(33), password }, 'username'],
    ['a username with a blank', { username: 'a b c', password }, 'username'],
    ['a username of other letters', { username: 'änne', password }, 'username'],
    ['no username', { password }, 'username'],
    ['a username that is no text', { username: 12345, password }, 'username'],
    ['a short password', { username: 'fine', password: '1234567' }, 'password'],
    ['a long password', { username: 'fine', password: 'x'.repeat(257) }, 'password'],
    ['a password with a lone surrogate', { username: 'fine', password: '12345678\ud800' }, 'password'],
    ['an empty name', { username: 'fine', password, name: '' }, 'name'],
    ['a blank name', { username: 'fine', password, name: ' \u3000\u200b' }, 'name'],
    ['a long name', { username: 'fine', password, name: 'x'.repeat(65) }, 'name'],
    ['a name with a control character', { username: 'fine', password, name: 'a\u0007b' }, 'name'],
    ['a name with a C1 character', { username: 'fine', password, name: 'a\u0085b' }, 'name'],
    ['a name that turns the writing', { username: 'fine', password, name: 'a\u202eb' }, 'name'],
    ['a name with a lone surrogate', { username: 'fine', password, name: 'a\udc00' }, 'name'],
    ['an unknown field', { username: 'fine', password, admin: true }, 'admin'],
    ['a body that is no object', [], ''],
  ])('the api rejects a registration with %s and reports the field', async (_, body, path) => {
    const answer = await register(body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'bad-request', type: 'urn:parley:error:bad-request', status: 400 });
    expect(answer.body.errors?.map((it) => it.path)).toContain(path);
  });

  it('the length of names is counted in characters, not code units', async () => {
    expect((await register({ username: 'emoji', password, name: '🦊'.repeat(64) })).status).toBe(201);
  });

  it('the api limits registrations per minute and address', async () => {
    await using strict = await TestApi.start({ REGISTRATIONS_PER_MINUTE: '2' });
    const ask = (username: string) => strict.call<Problem>('post', '/v1/users', { body: { username, password } });
    await ask('one');
    await ask('two');
    const third = await ask('three');
    expect(third.status).toBe(429);
    expect(third.body.code).toBe('too-many');
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(Number(third.headers.get('retry-after'))).toBeLessThanOrEqual(30);
  });
});

describe('people', () => {
  it('a search finds users by the beginning of username or name, ignoring case and width', async () => {
    const asker = await api.person();
    await register({ username: 'find.me', password, name: '王小明' });
    await register({ username: 'other', password, name: 'Ｆｉｎｄｅｒ' });
    await register({ username: 'unfindable', password, name: 'x' });
    const names = async (q: string) => {
      const { body } = await asker.get<{ items: User[] }>(`/v1/users?q=${encodeURIComponent(q)}`);
      return body.items.map((user) => user.username);
    };
    expect(await names('FIND')).toEqual(['find.me', 'other']);
    expect(await names('王')).toEqual(['find.me']);
    expect(await names('find_')).toEqual([]);
    expect(await names('%')).toEqual([]);
    expect(await names('\\')).toEqual([]);
  });

  it('the pages of a user search contain each user once', async () => {
    const asker = await api.person();
    for (let i = 0; i < 7; i += 1) await register({ username: `paged-${i}`, password });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const query: string = after === null ? '' : `&after=${after}`;
      const { body } = await asker.get<{ items: User[]; next: string | null }>(`/v1/users?q=paged-&limit=3${query}`);
      expect(body.items.length).toBeLessThanOrEqual(3);
      seen.push(...body.items.map((user) => user.username));
      after = body.next;
    } while (after !== null);
    expect(seen).toEqual(Array.from({ length: 7 }, (_, i) => `paged-${i}`));
  });

  it.each([
    '',
    '?q=',
    '?q=a&limit=0',
    '?q=a&limit=201',
    '?q=a&limit=x',
    '?q=a&after=%20',
    '?q=a&q=b',
    '?q=a&order=name',
  ])('the api rejects the query "%s" for users', async (query) => {
    const { status, body } = await (await api.person()).get<Problem>(`/v1/users${query}`);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.path).toMatch(/^(q|limit|after|order)$/);
  });

  it('a request with a list of ids returns the users that exist', async () => {
    const [ann, ben, carl] = await api.people();
    const { status, body } = await ann.get(`/v1/users?ids=${carl.id},999,${ben.id},${carl.id}`);
    expect([status, body]).toEqual([200, { items: [ben.session.user, carl.session.user], next: null }]);
  });

  it.each(['?ids=', '?ids=1,', '?ids=0', '?ids=1,x', `?ids=${Array(101).fill(1)}`, '?ids=1&q=a', ''])(
    'rejects the ids "%s"',
    async (query) => {
      const { status, body } = await (await api.person()).get<Problem>(`/v1/users${query}`);
      expect(status).toBe(400);
      expect(body.errors?.[0]?.path).toMatch(/^(ids|q)$/);
    },
  );

  it('a request with an id returns that user', async () => {
    const [ann, ben] = await api.people();
    expect((await ann.get<User>(`/v1/users/${ben.id}`)).body).toEqual(ben.session.user);
    expect((await ann.get(`/v1/users/999`)).status).toBe(404);
    for (const id of ['0', '-1', '1.5', 'x', '99999999999999999'])
      expect((await ann.get(`/v1/users/${id}`)).status).toBe(400);
  });
});

it('the api rejects an access token after it has expired', async () => {
  await using brief = await TestApi.start({ ACCESS_TOKEN_TTL: '4s' });
  const person = await brief.person();
  const deadline = Date.now() + 20_000;
  let answer = await person.get<Problem>('/v1/me');
  expect(answer.status).toBe(200);
  while (answer.status === 200 && Date.now() < deadline) {
    await delay(50);
    answer = await person.get<Problem>('/v1/me');
  }
  expect(answer.status).toBe(401);
  expect(answer.body.detail).toContain('expired');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
});
