import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestApi } from '../../test/test-api.ts';

let folder: string;
let api: TestApi;
const script = `console.log(${JSON.stringify('x'.repeat(2000))})`;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-web-'));
  const root = join(folder, 'root');
  await mkdir(join(root, 'assets'), { recursive: true });
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Parley</title>');
  await writeFile(join(root, 'assets/app-1a2b.js'), script);
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(root, '.hidden'), 'secret');
  api = await TestApi.start({
    WEB_ROOT: root,
    GATEWAY_URLS: 'https://g1.example,http://127.0.0.1:8081',
    AVATAR_HOSTS: 'images.example',
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${api.url}${path}`, { headers });

describe('the web client', () => {
  it.each(['/', '/index.html', '/chats', '/chats/748418', '/settings/sessions'])(
    'serves the page of the web client at %s',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(await answer.text()).toContain('<title>Parley');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
    },
  );

  it('the web client runs only its own scripts, sends no referrer and connects only to gateways', async () => {
    const { headers } = await get('/chats');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain(
      "connect-src 'self' https://g1.example wss://g1.example http://127.0.0.1:8081 ws://127.0.0.1:8081;",
    );
    expect(policy).toContain("img-src 'self' data: blob: https://images.example;");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it("the web client's files with a hash in their name are immutable and compressed", async () => {
    const { headers, status } = await get('/assets/app-1a2b.js', { 'accept-encoding': 'identity' });
    expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    const small = await get('/assets/app-1a2b.js', { 'accept-encoding': 'gzip' });
    expect(small.headers.get('content-encoding')).toBe('gzip');
    expect(await small.text()).toBe(script);
  });

  it('the api responds 304 if a file of the web client has not changed', async () => {
    const etag = (await get('/')).headers.get('etag') ?? '';
    expect((await get('/', { 'if-none-match': etag })).status).toBe(304);
  });

  it('the api serves a new build of the web client at once', async () => {
    const place = join(folder, 'root/fresh.json');
    await writeFile(place, '1');
    expect(await (await get('/fresh.json')).text()).toBe('1');
    await writeFile(place, '23');
    expect(await (await get('/fresh.json')).text()).toBe('23');
  });

  it.each([
    '/assets/gone.js',
    '//v1/me',
    '/V1/me',
    '/healthz/',
    '/favicon.ico',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/.hidden',
    '/%00',
    '/%ff',
    '/assets',
    '/v1/nothing',
  ])('the web client does not serve %s', async (path) => {
    const answer = await get(path);
    const text = await answer.text();
    expect(text).not.toContain('secret');
    if (answer.status !== 404) expect(text).toContain('<title>Parley');
  });

  it.each(['/v1/nothing', '/assets/gone.js', '/favicon.ico'])(
    'responds with a problem document at %s',
    async (path) => {
      const answer = await get(path);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/problem+json']);
    },
  );

  it('the api, health and documentation stay available while the api serves the web client', async () => {
    expect((await get('/v1/me')).status).toBe(401);
    expect((await get('/healthz')).status).toBe(200);
    expect(await (await get('/docs')).text()).toContain('Parley API');
  });

  it('the api serves no web client if WEB_ROOT is not set', async () => {
    await using plain = await TestApi.start();
    expect((await fetch(`${plain.url}/`)).status).toBe(404);
  });
});
