import type { Problem, Session, SignIn } from '@parley/protocol';
import { isRevoked, readPermit } from '@parley/redis';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listen } from '../../../test/listen.ts';
import { mastersOf } from '../../../test/masters.ts';
import { type Person, password, TestApi } from '../../../test/test-api.ts';

let api: TestApi;

beforeAll(async () => {
  api = await TestApi.start();
});
afterAll(() => api[Symbol.asyncDispose]());

const signIn = (username: string, given = password, device?: string) =>
  api.call<Session & Problem>('post', '/v1/sessions', {
    body: { username, password: given, ...(device && { device }) },
  });
const refresh = (refreshToken: string) =>
  api.call<Session & Problem>('post', '/v1/sessions/refresh', { body: { refreshToken } });
const sessionsOf = async (person: Person) => (await person.get<{ items: SignIn[] }>('/v1/sessions')).body.items;
const cookieOf = (headers: Headers) => /parley_refresh=([^;]*);/.exec(headers.get('set-cookie') ?? '')?.[1] ?? '';

describe('signing in', () => {
  it('signing in opens a new session and ignores the case of the username', async () => {
    const person = await api.person();
    const { status, body } = await signIn(person.session.user.username.toUpperCase(), password, 'laptop');
    expect(status).toBe(201);
    expect(body.user).toEqual(person.session.user);
    const sessions = await sessionsOf(person);
    expect(sessions.map((it) => [it.device, it.current])).toEqual([
      ['laptop', false],
      [null, true],
    ]);
  });

  it('signing in with a wrong password gets the same response as with an unknown username', async () => {
    const { username } = (await api.person()).session.user;
    const wrong = await signIn(username, 'wrong password');
    const unknown = await signIn('nobody-at-all');
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect(wrong.body).toEqual(unknown.body);
    expect(wrong.body.code).toBe('unauthenticated');
  });

  it('signing in accepts a password in another Unicode normal form', async () => {
    const composed = 'pässwörter';
    await api.call('post', '/v1/users', { body: { username: 'umlaut', password: composed } });
    expect((await signIn('umlaut', composed.normalize('NFD'))).status).toBe(201);
  });

  it('the api rejects sign-ins after too many attempts at one account', async () => {
    const [ann, ben] = await api.people();
    const attempts = [];
    for (let i = 0; i < 11; i += 1) attempts.push((await signIn(ann.session.user.username, 'wrong password')).status);
    expect(attempts).toEqual([...Array(10).fill(401), 429]);
    expect((await signIn(ben.session.user.username)).status).toBe(201);
  });

  it('the api rejects sign-ins after too many attempts from one address', async () => {
    await using strict = await TestApi.start({ SIGN_INS_PER_ADDRESS: '2' });
    const attempt = (username: string) => strict.call('post', '/v1/sessions', { body: { username, password } });
    expect([(await attempt('a')).status, (await attempt('b')).status, (await attempt('c')).status]).toEqual([
      401, 401, 429,
    ]);
  });

  it('signing in or refreshing restores the list in Redis of users who can write to the user', async () => {
    const [ann, ben, carl] = await api.people();
    await ann.befriend(ben);
    await Promise.all(mastersOf(api.redis).map((master) => master.flushall()));
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('unknown');
    await signIn(ann.session.user.username);
    expect(await readPermit(api.redis, ben.id, ann.id)).toBe('friend');
    expect(await readPermit(api.redis, carl.id, ann.id)).toBe('stranger');
    await refresh(ben.session.refreshToken);
    expect(await readPermit(api.redis, ann.id, ben.id)).toBe('friend');
  });

  it('signing in above MAX_SESSIONS ends the least recently used session', async () => {
    await using small = await TestApi.start({ MAX_SESSIONS: '2' });
    const person = await small.person();
    const again = () =>
      small.call<Session>('post', '/v1/sessions', { body: { username: person.session.user.username, password } });
    await again();
    expect((await person.get('/v1/me')).status).toBe(200);
    const last = await again();
    expect((await person.get<Problem>('/v1/me')).body.detail).toBe('This session has ended.');
    expect((await small.call('get', '/v1/me', { token: last.body.accessToken })).status).toBe(200);
  });
});

describe('refreshing', () => {
  it('refreshing returns new tokens of the same session', async () => {
    const person = await api.person();
    const { status, body } = await refresh(person.session.refreshToken);
    expect(status).toBe(200);
    expect(body.refreshToken).not.toBe(person.session.refreshToken);
    expect((await api.call('get', '/v1/me', { token: body.accessToken })).status).toBe(200);
    expect(await sessionsOf(person)).toHaveLength(1);
    expect((await refresh(body.refreshToken)).status).toBe(200);
  });

  it.each([1, 3])(
    'reusing a refresh token from %i refreshes ago ends the session and invalidates all its tokens',
    async (ago) => {
      const person = await api.person();
      let latest = person.session;
      for (let i = 0; i < ago; i += 1) latest = (await refresh(latest.refreshToken)).body;
      expect((await refresh(person.session.refreshToken)).status).toBe(401);
      expect((await refresh(latest.refreshToken)).status).toBe(401);
      expect((await api.call('get', '/v1/me', { token: latest.accessToken })).status).toBe(401);
    },
  );

  it('two concurrent refreshes with one token end the session, and only one of them succeeds', async () => {
    const person = await api.person();
    const answers = await Promise.all([refresh(person.session.refreshToken), refresh(person.session.refreshToken)]);
    expect(answers.map((it) => it.status).sort()).toEqual([200, 401]);
    expect(await isRevoked(api.redis, person.id, (await sessionIds(person))[0] ?? '')).toBe(true);
  });

  it.each(['', 'nonsense', `${'a'.repeat(22)}.${'b'.repeat(43)}.${'c'.repeat(43)}`])(
    'rejects the refresh token "%s"',
    async (token) => {
      expect((await refresh(token)).status).toBe(401);
    },
  );

  it('a forged refresh token does not end a session', async () => {
    const person = await api.person();
    const [id] = await sessionIds(person);
    expect((await refresh(`${id}.${'b'.repeat(43)}.${'c'.repeat(43)}`)).status).toBe(401);
    expect((await person.get('/v1/me')).status).toBe(200);
  });

  it('the api stores no refresh token in plain text', async () => {
    const { refreshToken } = (await api.person()).session;
    const rows = await api.db.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(refreshToken);
    expect(api.logged.join('')).not.toContain(refreshToken);
  });

  it('a client cannot refresh an expired session', async () => {
    await using brief = await TestApi.start();
    const person = await brief.person();
    await brief.db
      .updateTable('sessions')
      .set({ expires: Date.now() - 1 })
      .execute();
    const { refreshToken } = person.session;
    expect((await brief.call('post', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await person.get<{ items: SignIn[] }>('/v1/sessions')).body.items).toEqual([]);
  });
});

describe('the refresh cookie', () => {
  it('the refresh cookie refreshes the session, but scripts and other sites cannot read it', async () => {
    const { username } = (await api.person()).session.user;
    const { headers, body } = await signIn(username);
    const cookie = headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^parley_refresh=[^;]+; Max-Age=2592000; Path=\/v1\/sessions; HttpOnly; SameSite=Strict(, |$)/,
    );
    expect(cookieOf(headers)).toBe(body.refreshToken);
    const again = await api.call<Session>('post', '/v1/sessions/refresh', {
      headers: { cookie: cookie.split(';')[0] ?? '' },
    });
    expect(again.status).toBe(200);
    expect(cookieOf(again.headers)).toBe(again.body.refreshToken);
  });

  it('the refresh cookie has the attribute Secure if COOKIE_SECURE is true', async () => {
    await using secure = await TestApi.start({ COOKIE_SECURE: 'true' });
    const { headers } = await secure.call('post', '/v1/users', { body: { username: 'secure', password } });
    expect(headers.get('set-cookie')).toContain('; Secure');
  });

  it('the api rejects the refresh cookie from a page of another site', async () => {
    const person = await api.person();
    const ask = (origin: string) =>
      api.call<Problem>('post', '/v1/sessions/refresh', {
        headers: { cookie: `parley_refresh=${person.session.refreshToken}`, origin },
      });
    expect((await ask('https://evil.example')).status).toBe(403);
    expect((await ask('null')).status).toBe(403);
    expect((await ask(api.url)).status).toBe(200);
  });

  it('signing out deletes the refresh cookie', async () => {
    const { headers } = await (await api.person()).call('delete', '/v1/sessions/current');
    expect(headers.get('set-cookie')).toMatch(/^parley_refresh=; Max-Age=0; Path=\/v1\/sessions/);
  });
});

describe('signing out', () => {
  it('signing out ends the session at once and notifies gateways', async () => {
    const person = await api.person();
    const [id = ''] = await sessionIds(person);
    await using control = await listen(api, person);
    expect((await person.call('delete', '/v1/sessions/current')).status).toBe(204);
    expect((await person.get('/v1/me')).status).toBe(401);
    expect((await refresh(person.session.refreshToken)).status).toBe(401);
    expect(await isRevoked(api.redis, person.id, id)).toBe(true);
    expect(await control.first).toBe(`!{"do":"revoke","session":"${id}"}`);
  });

  it('signing out another device ends only its session', async () => {
    const person = await api.person();
    const other = (await signIn(person.session.user.username)).body;
    const [newest] = await sessionsOf(person);
    expect((await person.call('delete', `/v1/sessions/${newest?.id}`)).status).toBe(204);
    expect((await api.call('get', '/v1/me', { token: other.accessToken })).status).toBe(401);
    expect((await person.get('/v1/me')).status).toBe(200);
    expect((await person.call('delete', `/v1/sessions/${newest?.id}`)).status).toBe(404);
  });

  it('a user cannot end sessions of other users', async () => {
    const [ann, ben] = await api.people();
    const [id] = await sessionIds(ben);
    expect((await ann.call('delete', `/v1/sessions/${id}`)).status).toBe(404);
    expect((await ben.get('/v1/me')).status).toBe(200);
  });
});

it('the api lists sessions in pages, newest first', async () => {
  const person = await api.person();
  for (const device of ['a', 'b', 'c']) await signIn(person.session.user.username, password, device);
  const first = await person.get<{ items: SignIn[]; next: string }>('/v1/sessions?limit=3');
  expect(first.body.items.map((it) => it.device)).toEqual(['c', 'b', 'a']);
  const second = await person.get<{ items: SignIn[]; next: null }>(`/v1/sessions?limit=3&after=${first.body.next}`);
  expect(second.body).toMatchObject({ items: [{ device: null }], next: null });
});

it.each([
  ['no token', {}],
  ['another scheme', { authorization: 'Basic YTpi' }],
  ['an empty token', { authorization: 'Bearer ' }],
  [
    'a token of another secret',
    {
      authorization: `Bearer ${jwt.sign({ sid: 'x' }, 'other', { subject: '1', expiresIn: 60, issuer: 'parley', audience: 'parley' })}`,
    },
  ],
])('a request with %s is rejected before its body is validated', async (_, headers) => {
  const answer = await api.call<Problem>('patch', '/v1/me', { body: { nonsense: 1 }, headers });
  expect(answer.status).toBe(401);
  expect(answer.body.code).toBe('unauthenticated');
});

const sessionIds = async ({ id }: Person) => {
  const rows = await api.db.selectFrom('sessions').select('id').where('user_id', '=', id).execute();
  return rows.map((row) => row.id);
};
