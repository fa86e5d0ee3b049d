import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { Problem, User } from '@parley/protocol';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenApiDocument } from '../test/check-answer.ts';
import { type Person, password, TestApi } from '../test/test-api.ts';

let api: TestApi;
let ann: Person;

beforeAll(async () => {
  api = await TestApi.start({ ORIGINS: 'https://app.example' });
  ann = await api.person();
});
afterAll(() => api[Symbol.asyncDispose]());

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${api.url}${path}`, { headers });

describe('a refusal', () => {
  it('an error response is a problem document', async () => {
    const { status, body, headers } = await ann.get<Problem>('/v1/users/5');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: 'urn:parley:error:not-found',
      title: 'Not found.',
      status: 404,
      code: 'not-found',
      detail: 'Not found.',
    });
  });

  it.each(['/v1/nothing', '/nothing', '/v1/users/1/nothing', '/v1//me'])(
    'responds 404 to %s, which no route serves',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: 'not-found' });
    },
  );

  it('a request with an unsupported method gets status 405 and the supported methods', async () => {
    const { status, body, headers } = await ann.call<Problem>('delete', '/v1/friends');
    expect(status).toBe(405);
    expect(body).toMatchObject({ status: 405, code: 'method-not-allowed' });
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['{', '{"username":"x"', 'null x', '', '\u0000'])(
    'the body %j, which is not JSON, responds 400',
    async (raw) => {
      const { status, body } = await api.call<Problem>('post', '/v1/users', { raw });
      expect([status, body.code]).toEqual([400, 'bad-request']);
      expect(body.detail).toContain('JSON');
    },
  );

  it.each(['1e999127.0.0.1', '999.1.1.1', '0x', 'a:99999'])(
    'responds 400 or 401 to an invalid Host, %s',
    async (host) => {
      const asking = request(`${api.url}/v1/me`, { headers: { host }, agent: false });
      const [answer] = (await once(asking.end(), 'response')) as [IncomingMessage];
      answer.resume();
      expect([host, answer.statusCode]).toEqual([host, expect.toSatisfy((it: number) => it === 400 || it === 401)]);
      expect(api.logged.filter((line) => line.includes('request failed'))).toEqual([]);
    },
  );

  it('a request with a content type other than JSON gets status 400', async () => {
    const headers = { 'content-type': 'text/plain' };
    const { status, body } = await api.call<Problem>('post', '/v1/users', { raw: '{"username":"a"}', headers });
    expect([status, body.code]).toEqual([400, 'bad-request']);
  });

  it('a request without a body gets status 400', async () => {
    expect((await api.call<Problem>('post', '/v1/users')).status).toBe(400);
  });

  it('a request whose body is too large gets status 413, whether or not it states a content length', async () => {
    const text = JSON.stringify({ username: 'x'.repeat(70_000), password });
    const announced = await api.call<Problem>('post', '/v1/users', { raw: text });
    expect([announced.status, announced.body.code]).toEqual([413, 'too-large']);
    const streamed = await fetch(`${api.url}/v1/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new Blob([text]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(streamed.status).toBe(413);
    expect(await streamed.json()).toMatchObject({ code: 'too-large' });
  });

  it('the response to an unexpected error contains the request id and not the cause', async () => {
    await api.db.schema.alterTable('blocks').renameTo('blocks_gone').execute();
    try {
      const { status, body, headers } = await ann.get<Problem>('/v1/blocks');
      const id = headers.get('x-request-id') ?? '-';
      expect([status, body.code]).toEqual([500, 'internal']);
      expect(body.detail).toContain(id);
      expect(JSON.stringify(body)).not.toMatch(/blocks|relation|select/);
      expect(api.logged.some((line) => line.includes(id) && line.includes('relation'))).toBe(true);
    } finally {
      await api.db.schema.alterTable('blocks_gone').renameTo('blocks').execute();
    }
  });
});

describe('every response', () => {
  it('the api sends a request id with every response and keeps a valid id of the client', async () => {
    expect((await get('/healthz')).headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect((await get('/healthz', { 'x-request-id': 'abc-1' })).headers.get('x-request-id')).toBe('abc-1');
    expect((await get('/healthz', { 'x-request-id': 'a b' })).headers.get('x-request-id')).not.toBe('a b');
    expect((await get('/v1/me')).headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it('every response has security headers for browsers', async () => {
    for (const path of ['/v1/me', '/healthz', '/openapi.json', '/asyncapi.json']) {
      const { headers } = await get(path);
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await get('/v1/me')).headers.get('cache-control')).toBe('no-store');
  });

  it('OPTIONS lists the supported parts of tus, except for CORS preflight requests', async () => {
    const { status, headers } = await fetch(`${api.url}/v1/media`, { method: 'OPTIONS' });
    expect([status, headers.get('tus-version')]).toEqual([204, '1.0.0']);
  });

  it('the api sends CORS headers only to the configured origins', async () => {
    const preflight = (origin: string) =>
      fetch(`${api.url}/v1/me`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'authorization',
        },
      });
    const allowed = (await preflight('https://app.example')).headers;
    expect(allowed.get('access-control-allow-origin')).toBe('https://app.example');
    expect(allowed.get('access-control-allow-credentials')).toBe('true');
    expect(allowed.get('access-control-allow-methods')).toContain('PATCH');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBe(null);
    expect((await get('/v1/me', { origin: 'https://app.example' })).headers.get('access-control-allow-origin')).toBe(
      'https://app.example',
    );
    expect((await get('/v1/me', { origin: 'https://evil.example' })).headers.get('access-control-allow-origin')).toBe(
      null,
    );
  });
});

describe('health', () => {
  it('the api serves liveness, readiness and metrics', async () => {
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/readyz')).json()).toEqual({ ok: true, reasons: [] });
    await ann.get<User>(`/v1/users/${ann.id}`);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toMatch(/parley_api_request_seconds_count\{.*route="\/v1\/users\/:id".*\} [1-9]/);
    expect(metrics).toContain('parley_process_cpu_seconds_total');
  });
});

const openApi = async () =>
  (await (await get('/openapi.json')).json()) as OpenApiDocument & { components: { schemas: Record<string, unknown> } };

describe('the documentation', () => {
  it('the OpenAPI document is valid OpenAPI 3.1 and each of its schemas has a name', async () => {
    const document = await openApi();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.components.schemas).sort()).toEqual(
      expect.arrayContaining(['Chat', 'Friend', 'FriendRequest', 'Message', 'Problem', 'Session', 'User']),
    );
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'api');
    for (const name of Object.keys(document.components.schemas)) {
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` })).not.toThrow();
    }
  });

  it('the AsyncAPI document describes the frames of the gateways', async () => {
    const answer = await fetch(`${api.url}/asyncapi.json`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({ asyncapi: '3.0.0', info: { title: expect.any(String) } });
  });

  it('the api requires a token for exactly the operations that the OpenAPI document protects', async () => {
    const document = await openApi();
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { security, servers }] of Object.entries(operations)) {
        // Skips operations that a gateway serves instead of the api.
        if (servers?.every(({ url }) => url !== '/')) continue;
        const answer = await fetch(`${api.url}${path.replace('{id}', '1')}`, { method: method.toUpperCase() });
        // Reads the status of LayIM's operations from the body, because their HTTP status is always
        // 200.
        const status = path.startsWith('/layim/') ? ((await answer.json()) as { code: number }).code : answer.status;
        expect([path, method, security.length > 0]).toEqual([
          path,
          method,
          status === 401 && !path.endsWith('/refresh'),
        ]);
      }
    }
  });

  it('the interactive API page loads resources only from its own host', async () => {
    const page = await get('/docs');
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(html).not.toMatch(/https?:/);
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await get(`/${file}`);
      expect([file, asset.status]).toEqual([file, 200]);
      expect(asset.headers.get('content-type')).toMatch(/^text\/(css|javascript)/);
      expect((await asset.text()).length).toBeGreaterThan(50);
    }
  });
});
