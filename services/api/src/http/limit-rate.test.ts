import { createLog } from '@parley/service';
import { describe, expect, it } from 'vitest';
import { password, TestApi } from '../../test/test-api.ts';
import { startApi } from '../start-api.ts';

const status = async (answer: Promise<{ status: number }>) => (await answer).status;

describe('requests', () => {
  it('the api limits the requests of a user across all replicas', async () => {
    await using api = await TestApi.start({ REQUESTS_PER_MINUTE: '4' });
    const ann = await api.person();
    const bob = await api.person();
    const replica = await startApi(api.config, createLog({ name: 'api', level: 'silent' }));
    try {
      const headers = { authorization: `Bearer ${ann.session.accessToken}` };
      for (let i = 0; i < 2; i += 1) {
        expect(await status(ann.get('/v1/me'))).toBe(200);
        expect(await status(fetch(`${replica.url}/v1/me`, { headers }))).toBe(200);
      }
      const late = await ann.get('/v1/me');
      expect(late.status).toBe(429);
      expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(late.body).toMatchObject({ code: 'too-many' });
      expect(await status(fetch(`${replica.url}/v1/me`, { headers }))).toBe(429);
      expect(await status(bob.get('/v1/me'))).toBe(200);
    } finally {
      await replica.stop();
    }
  });

  it('the api limits the requests of an address, except health checks', async () => {
    await using api = await TestApi.start({ REQUESTS_PER_ADDRESS: '3' });
    for (let i = 0; i < 3; i += 1) expect(await status(api.call('get', '/v1/me'))).toBe(401);
    expect(await status(api.call('get', '/v1/me'))).toBe(429);
    expect(await status(fetch(`${api.url}/healthz`))).toBe(200);
  });

  it('a request counts towards the address in X-Forwarded-For only if a trusted proxy sent the header', async () => {
    await using trusting = await TestApi.start({ REQUESTS_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.0/8' });
    const from = (address: string) =>
      status(trusting.call('get', '/v1/me', { headers: { 'x-forwarded-for': address } }));
    expect(await from('203.0.113.1')).toBe(401);
    expect(await from('203.0.113.2')).toBe(401);
    expect(await from('198.51.100.7, 203.0.113.1')).toBe(429);

    await using wary = await TestApi.start({ REQUESTS_PER_ADDRESS: '1' });
    const forged = (address: string) => status(wary.call('get', '/v1/me', { headers: { 'x-forwarded-for': address } }));
    expect(await forged('203.0.113.1')).toBe(401);
    expect(await forged('203.0.113.2')).toBe(429);
  });

  it('while Redis is unavailable, the api serves requests but rejects sign-ins', async () => {
    await using api = await TestApi.start();
    const ann = await api.person();
    api.redisGate.shut();
    expect(await status(ann.get('/v1/me'))).toBe(200);
    const body = { username: ann.session.user.username, password };
    expect(await status(api.call('post', '/v1/sessions', { body }))).toBe(503);
  });
});
