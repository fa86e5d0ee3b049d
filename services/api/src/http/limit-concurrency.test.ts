import { connect } from 'node:net';
import { waitFor } from '@parley/stack';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { TestApi } from '../../test/test-api.ts';

const inFlight = async ({ url }: TestApi) =>
  Number(/^parley_api_requests_under_way(?:{.*})? (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

it('requests above the concurrency limit are rejected with Retry-After, while health checks are served', async () => {
  await using api = await TestApi.start({ MAX_REQUESTS_UNDER_WAY: '2' });
  const ann = await api.person();
  const taken = await api.db.transaction().execute(async (db) => {
    await sql`lock table users in access exclusive mode`.execute(db);
    const waiting = [ann.get('/v1/me'), ann.get('/v1/me')];
    await waitFor(async () => (await inFlight(api)) === 2, { message: 'nobody waits' });
    const late = await ann.get('/v1/me');
    expect(late).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    return waiting;
  });
  expect((await Promise.all(taken)).map(({ status }) => status)).toEqual([200, 200]);
  expect((await ann.get('/v1/me')).status).toBe(200);
  expect(await inFlight(api)).toBe(0);
});

it('an address without requests in flight is admitted while another address floods', async () => {
  await using api = await TestApi.start({ MAX_REQUESTS_UNDER_WAY: '4', TRUSTED_PROXIES: '127.0.0.1' });
  const token = (await api.person()).session.accessToken;
  const from = (address: string) =>
    api.call('get', '/v1/me', { token, headers: { 'x-forwarded-for': address } }).then(({ status }) => status);
  const taken = await api.db.transaction().execute(async (db) => {
    await sql`lock table users in access exclusive mode`.execute(db);
    const flood = Array.from({ length: 4 }, () => from('203.0.113.1'));
    await waitFor(async () => (await inFlight(api)) === 4, { message: 'nobody waits' });
    expect(await from('203.0.113.1')).toBe(503);
    const other = from('203.0.113.2');
    await waitFor(async () => (await inFlight(api)) === 5, { message: 'the other was not let in' });
    expect(await from('203.0.113.3')).toBe(503);
    return [...flood, other];
  });
  expect(await Promise.all(taken)).toEqual([200, 200, 200, 200, 200]);
  expect(await inFlight(api)).toBe(0);
});

it('a request whose body does not arrive does not count towards the concurrency limit', async () => {
  await using api = await TestApi.start({ MAX_REQUESTS_UNDER_WAY: '1' });
  const ann = await api.person();
  const { hostname, port } = new URL(api.url);
  const slow = connect(Number(port), hostname);
  const head = 'POST /v1/sessions HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{';
  await new Promise<void>((resolve) => slow.write(head, () => resolve()));
  for (let i = 0; i < 5; i += 1) expect((await ann.get('/v1/me')).status).toBe(200);
  slow.destroy();
  await waitFor(() => api.logged.some((line) => line.includes('"route":"/v1/sessions"')), {
    message: 'never answered',
  });
  // On a busy machine, a check of Redis or PostgreSQL can be late.
  const errors = api.logged.filter((line) => /"level":"?(50|error)/.test(line) && !line.includes('"dependency"'));
  expect(errors).toEqual([]);
});
