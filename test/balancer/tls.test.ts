import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { type Caddy, findCaddy, freePort, root, startCaddy } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { parse } from 'yaml';
import { BalancedSystem, findBalancer } from './system.ts';

const caddy = await findCaddy((line) => process.stderr.write(`${line}\n`));
const deploy = (path: string) => readFile(join(root, 'deploy', path), 'utf8');

describe.skipIf(!caddy || !(await findBalancer()))('deploy/compose.tls.yaml', () => {
  let system: BalancedSystem;
  let tls: Caddy;
  let ca: Buffer;
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const { services } = parse(await deploy('compose.tls.yaml')) as { services: { 'api-1': { environment: object } } };
    const { GATEWAY_URLS: _, ...env } = services['api-1'].environment as Record<string, string>;
    const shared = { ...env, TRUSTED_PROXIES: '127.0.0.0/8', REGISTRATIONS_PER_MINUTE: '2' };
    system = await BalancedSystem.start({ env: { ...shared, GATEWAY_URLS: `https://localhost:${port}` } });
    const caddyfile = (await deploy('compose/Caddyfile'))
      .replace('admin off', `admin off\nskip_install_trust\nhttp_port ${await freePort()}\nhttps_port ${port}`)
      .replace('balancer:8080', new URL(system.url).host);
    tls = await startCaddy(caddy ?? '', caddyfile, { PARLEY_DOMAIN: 'localhost' });
    ca = await readFile(tls.ca);
  }, 90_000);
  afterAll(async () => {
    await tls?.[Symbol.asyncDispose]();
    await system?.[Symbol.asyncDispose]();
  });

  /** Sends a request through Caddy, from an address of this machine. */
  const send = (method: string, path: string, { body, headers = {}, from = '127.0.0.1' }: Options = {}) =>
    new Promise<{ status: number; headers: Headers; text: string }>((resolve, reject) => {
      const options = { port, host: '127.0.0.1', servername: 'localhost', ca, method, path, localAddress: from };
      const host = { host: `localhost:${port}`, 'content-type': 'application/json' };
      const sent = request({ ...options, headers: { ...host, ...headers } }, async (response) => {
        const text = (await response.toArray()).join('');
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(response.headers as Record<string, string>),
          text,
        });
      });
      sent.on('error', reject);
      sent.end(body && JSON.stringify(body));
    });
  let count = 0;
  const register = (options: Options = {}) => {
    count += 1;
    const body = { username: `tls-${process.pid}-${count}`, password: 'correct horse battery' };
    return send('POST', '/v1/users', { ...options, body });
  };

  it('a user registers and connects a WebSocket by TLS', async () => {
    const registered = await register({ from: '127.0.0.9' });
    expect(registered.status).toBe(201);
    const { accessToken, gateways } = JSON.parse(registered.text);
    expect(gateways).toEqual([`https://localhost:${port}`]);
    const headers = { authorization: `Bearer ${accessToken}` };
    const socket = new WebSocket(`wss://localhost:${port}/v1/socket`, 'parley.v1', { ca, headers });
    await new Promise((resolve, reject) => socket.once('message', resolve).once('error', reject));
    socket.close();
  });

  it('every response has an HSTS header, and /metrics is hidden', async () => {
    for (const path of ['/v1/users', '/metrics'])
      expect((await send('GET', path)).headers.get('strict-transport-security')).toMatch(/^max-age=\d+/);
    expect((await send('GET', '/metrics')).status).toBe(404);
  });

  it('rate limits count requests by the address of the client, which a client cannot forge', async () => {
    for (const status of [201, 201, 429])
      expect((await register({ from: '127.0.0.2', headers: { 'x-forwarded-for': `203.0.113.${count}` } })).status).toBe(
        status,
      );
    expect((await register({ from: '127.0.0.3' })).status).toBe(201);
  });
});

interface Options {
  body?: object;
  headers?: Record<string, string>;
  /** Address of the client. Default: 127.0.0.1. */
  from?: string;
}
