import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../kit.ts';
import { knock } from '../knock.ts';

let kit: Kit;
let http: string;
beforeAll(async () => {
  kit = await Kit.start(1);
  http = kit.gateway().http;
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

describe('methods that a path does not support', () => {
  it.each([
    ['POST', '/v1/events', 'GET, OPTIONS'],
    ['DELETE', '/v1/poll', 'GET, OPTIONS'],
    ['GET', '/v1/frames', 'POST, OPTIONS'],
    ['PUT', '/v1/frames', 'POST, OPTIONS'],
    ['PATCH', '/healthz', 'GET, HEAD, OPTIONS'],
    ['POST', '/metrics', 'GET, HEAD, OPTIONS'],
    ['POST', '/v1/socket', 'GET'],
    ['POST', '/layim/socket', 'GET'],
  ])('a request %s %s gets 405 and the methods that the path supports', async (method, path, allow) => {
    const response = await fetch(http + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect(await response.json()).toMatchObject({ status: 405, code: 'method-not-allowed' });
  });
});

it('OPTIONS returns the methods that a path supports', async () => {
  const response = await fetch(`${http}/v1/frames`, { method: 'OPTIONS' });
  expect([response.status, response.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
});

it('HEAD requests to the health and metrics paths of a gateway get no body', async () => {
  for (const path of ['/healthz', '/readyz', '/metrics']) {
    const response = await fetch(http + path, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
  }
});

it.each(['/', '/v1', '/v1/socket/x', '/v1/%00', '/constructor', '/__proto__'])(
  'a request to %s gets 404',
  async (path) => {
    const response = await fetch(http + path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ status: 404, code: 'not-found' });
  },
);

it('the gateway handles an upgrade to another protocol as an ordinary request', async () => {
  const asked = await knock(http, '/healthz', { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' });
  expect(asked).toMatchObject({ status: 200, body: { ok: true } });
});

it('with LAYIM=off, the path for LayIM pages responds with 404', async () => {
  const without = await kit.addGateway({ layim: 'off' });
  const path = `/layim/socket?token=${kit.token(kit.newId())}`;
  expect((await knock(http, path)).status).toBe(101);
  expect((await knock(without.http, path)).status).toBe(404);
});
