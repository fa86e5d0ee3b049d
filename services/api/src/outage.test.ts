import type { Problem } from '@parley/protocol';
import { readMarks, readPermit } from '@parley/redis';
import { waitFor } from '@parley/stack';
import { describe, expect, it } from 'vitest';
import { mastersOf } from '../test/masters.ts';
import { password, TestApi } from '../test/test-api.ts';

describe('while PostgreSQL is down', () => {
  it('the api responds 503 with Retry-After while PostgreSQL is down, and recovers afterwards', async () => {
    await using api = await TestApi.start();
    const ann = await api.person();
    api.postgres.shut();
    for (const [method, path, body] of [
      ['get', '/v1/me', undefined],
      ['get', '/v1/chats', undefined],
      ['get', `/v1/chats/${ann.id}/messages`, undefined],
      ['patch', '/v1/me', { sign: 'x' }],
    ] as const) {
      const answer = await ann.call<Problem>(method, path, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'unavailable']);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const ready = await fetch(`${api.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ok: true, reasons: ['PostgreSQL is unavailable'] }]);
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);

    api.postgres.open();
    await waitFor(async () => (await ann.get('/v1/me')).status === 200);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  });
});

it('the api treats PostgreSQL as down while it does not respond', async () => {
  await using api = await TestApi.start({ DATABASE_TIMEOUT: '1s' });
  const ann = await api.person();
  api.postgres.stall();
  const ready = await fetch(`${api.url}/readyz`);
  expect(await ready.json()).toEqual({ ok: true, reasons: ['PostgreSQL does not respond'] });
  const answers = await Promise.all(Array.from({ length: 20 }, () => ann.get<Problem>('/v1/me')));
  expect(new Set(answers.map((it) => it.body.code))).toEqual(new Set(['unavailable']));
  api.postgres.open();
  await waitFor(async () => (await ann.get('/v1/me')).status === 200);
});

it('the api treats Redis as down while it does not respond', async () => {
  await using api = await TestApi.start({ REDIS_TIMEOUT: '1s' });
  const ann = await api.person();
  api.redisGate.stall();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ann.get('/v1/me')));
  expect(answers.map((it) => it.status)).toEqual(Array(20).fill(200));
  expect((await ann.call('patch', '/v1/me', { sign: 'kept' })).status).toBe(200);
  api.redisGate.open();
  await waitFor(async () => (await api.events(ann)).some((it) => it.kind === 'profile'));
});

it('an api that finds Redis emptied logs once what is lost and what to do, and counts it', async () => {
  await using api = await TestApi.start();
  const losses = async () => /^parley_redis_data_losses_total\S* (\d+)$/m.exec(await metricsOf(api))?.[1];
  const lines = () => api.logged.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'Redis lost its data');
  // The first start of an installation, which has no data to lose, is not reported.
  await waitFor(async () => (await readMarks(api.redis)).every((mark) => (mark?.mark ?? 0) > 0));
  expect([await losses(), lines()]).toEqual(['0', []]);
  await Promise.all(mastersOf(api.redis).map((master) => master.flushall()));
  await waitFor(async () => (await losses()) === '1');
  await waitFor(async () => (await readMarks(api.redis)).every((mark) => mark !== undefined));
  expect(lines()).toMatchObject([{ level: 'warn', lost: expect.any(String), action: expect.any(String) }]);
});

const metricsOf = async ({ url }: TestApi) => await (await fetch(`${url}/metrics`)).text();

describe('while Redis is down', () => {
  it('the api serves stored data and refreshes tokens while Redis is down', async () => {
    await using api = await TestApi.start();
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    api.redisGate.shut();
    for (const path of [
      '/v1/me',
      '/v1/friends',
      '/v1/chats',
      `/v1/chats/${ben.id}/messages`,
      '/v1/sessions',
      '/v1/users?q=p',
    ]) {
      expect([path, (await ann.get(path)).status]).toEqual([path, 200]);
    }
    const { refreshToken } = ann.session;
    expect((await api.call('post', '/v1/sessions/refresh', { body: { refreshToken } })).status).toBe(200);
    const ready = await fetch(`${api.url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([200, { ok: true, reasons: ['Redis is unavailable'] }]);
  });

  it('the api responds 503 to sign-ins and registrations while Redis is down', async () => {
    await using api = await TestApi.start();
    const { username } = (await api.person()).session.user;
    api.redisGate.shut();
    const signIn = await api.call<Problem>('post', '/v1/sessions', { body: { username, password } });
    expect([signIn.status, signIn.body.code]).toEqual([503, 'unavailable']);
    const register = await api.call<Problem>('post', '/v1/users', { body: { username: 'late', password } });
    expect([register.status, register.body.code]).toEqual([503, 'unavailable']);
  });

  it('the api rejects an ended session at once even while Redis is down, and notifies gateways afterwards', async () => {
    await using api = await TestApi.start();
    const ann = await api.person();
    api.redisGate.shut();
    expect((await ann.call('delete', '/v1/sessions/current')).status).toBe(204);
    expect((await ann.get('/v1/me')).status).toBe(401);
    api.redisGate.open();
    await waitFor(async () => (await api.redis.client.zcard(api.redis.keys.revoked(ann.id))) === 1);
    expect((await ann.get('/v1/me')).status).toBe(401);
  }, 30_000);

  it('the api delivers a change to Redis afterwards if Redis was down', async () => {
    await using api = await TestApi.start();
    const [ann, ben] = await api.people();
    await ann.befriend(ben);
    api.redisGate.shut();
    expect((await ann.call('delete', `/v1/friends/${ben.id}`)).status).toBe(204);
    expect((await ann.get<{ items: [] }>('/v1/friends')).body.items).toEqual([]);
    expect(await readPermit(api.redis, ann.id, ben.id)).toBe('friend');
    api.redisGate.open();
    await waitFor(async () => (await readPermit(api.redis, ann.id, ben.id)) === 'stranger', { timeout: 15_000 });
    await waitFor(async () => (await api.events(ann)).some((it) => it.kind === 'friend' && it.change === 'removed'));
    await waitFor(async () => (await api.db.selectFrom('outbox').select('id').execute()).length === 0);
  }, 30_000);
});
