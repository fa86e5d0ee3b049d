import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as requestPlain } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { freePort, root, waitFor } from '@parley/stack';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startFront } from '../../packages/stack/src/front/front.ts';
import { Child } from '../../packages/stack/src/process/child.ts';
import { emptyFolder } from './starter.ts';

let folder: Awaited<ReturnType<typeof emptyFolder>>;
let port: number;
let child: Child;
let output = '';

/** Writes a certificate of the domain `chat.example.com` into two files of the folder. */
async function writeCertificate(name: string): Promise<void> {
  const pem = await generate([{ name: 'commonName', value: 'chat.example.com' }], { keySize: 2048 });
  await writeFile(join(folder.path, `${name}-cert.pem`), pem.cert);
  await writeFile(join(folder.path, `${name}-key.pem`), pem.private);
}

const call = (path: string, headers: Record<string, string> = {}, body?: object) =>
  new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const options = { port, path, headers, rejectUnauthorized: false, method: body ? 'POST' : 'GET' };
    const sent = request(options, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({
        ...{ status: response.statusCode ?? 0, headers: response.headers },
        text: Buffer.concat(chunks).toString(),
      });
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
  });

beforeAll(async () => {
  folder = await emptyFolder();
  await writeCertificate('first');
  port = await freePort();
  child = new Child({
    command: process.execPath,
    args: [
      join(root, 'packages/stack/bin/serve.mjs'),
      ...['--domain', `chat.example.com:${port}`, '--port', `${port}`, '--host', '127.0.0.1', '--data', folder.path],
      ...['--tls-cert', join(folder.path, 'first-cert.pem'), '--tls-key', join(folder.path, 'first-key.pem')],
    ],
    env: { ...process.env, REDIS_URL: undefined, DATABASE_URL: undefined, REGISTRATIONS_PER_MINUTE: '100' },
    onOutput: (text) => {
      output += text;
    },
  });
  await child.ready(() => output.includes('Parley serves'), 90_000);
}, 120_000);
afterAll(async () => {
  await child?.stop();
  await folder?.[Symbol.asyncDispose]();
});

describe('npm run serve', { timeout: 60_000 }, () => {
  it('npm run serve serves the web client, the api and a WebSocket over TLS on one port', async () => {
    const page = await call('/');
    expect([page.status, page.headers['strict-transport-security']]).toEqual([200, expect.stringContaining('max-age')]);
    const account = { username: 'served', password: 'a long password for this test' };
    const made = await call('/v1/users', { 'content-type': 'application/json' }, account);
    expect(made.status).toBe(201);
    const { accessToken, gateways } = JSON.parse(made.text);
    expect(gateways).toEqual([`https://chat.example.com:${port}`]);
    const socket = new WebSocket(`wss://127.0.0.1:${port}/v1/socket`, ['parley.v1', accessToken], {
      rejectUnauthorized: false,
    });
    const [first] = await once(socket, 'message');
    expect(JSON.parse(String(first))).toMatchObject({ type: 'welcome' });
    socket.close();
    await once(socket, 'close');
  });

  it('npm run serve does not expose the endpoints of operators', async () => {
    for (const path of ['/metrics', '/readyz', '/healthz', '/metric%73', '/metrics?x'])
      expect((await call(path)).status).toBe(404);
  });

  it('npm run serve continues without a gateway that dies', async () => {
    const log = await readFile(join(folder.path, 'logs/gateway-1.log'), 'utf8');
    const { pid } = JSON.parse(log.split('\n')[0] ?? '') as { pid: number };
    process.kill(pid, 'SIGKILL');
    // The path of a gateway without a token is refused by a gateway, not by the front.
    await waitFor(async () => (await call('/v1/poll')).status === 401);
    await child.ready(() => output.includes('gateway-1 is back'), 30_000);
  });

  it('npm run serve stops on SIGTERM with the exit code 0', async () => {
    child.signal('SIGTERM');
    await child.exited;
    expect(child.ending).toBe('exit code 0');
  });
});

it.each(['http://127.0.0.1:PORT/', '//127.0.0.1:PORT/', 'HTTP://127.0.0.1:PORT/'])(
  'the front does not forward a request for %s to the server that it names',
  async (target) => {
    const reached: string[] = [];
    const serve = async (name: string) => {
      const server = createServer((_, response) => {
        reached.push(name);
        response.end();
      });
      await once(server.listen(0, '127.0.0.1'), 'listening');
      return { server, port: (server.address() as AddressInfo).port };
    };
    const [api, other] = [await serve('api'), await serve('other')];
    const own = await freePort();
    await using front = await startFront({
      ...{ host: '127.0.0.1', port: own, gateways: [] },
      api: `http://127.0.0.1:${api.port}`,
    });
    expect(front).toBeDefined();
    const sent = requestPlain({ port: own, path: target.replace('PORT', String(other.port)) }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    expect(reached).not.toContain('other');
    expect(response.statusCode).toBe(target.startsWith('/') ? 200 : 400);
    for (const { server } of [api, other]) server.closeAllConnections();
    for (const { server } of [api, other]) server.close();
  },
);

it('the front presents a renewed certificate when its files have changed', async () => {
  await writeCertificate('second');
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  const use = async (name: string) => {
    await copyFile(join(folder.path, `${name}-key.pem`), key);
    await copyFile(join(folder.path, `${name}-cert.pem`), cert);
  };
  await use('first');
  const own = await freePort();
  const api = 'http://127.0.0.1:9';
  await using front = await startFront({
    host: '127.0.0.1',
    port: own,
    api,
    gateways: [],
    tls: { cert, key, checkInterval: 20 },
  });
  expect(front).toBeDefined();
  const fingerprint = async () => {
    const socket: TLSSocket = connect({ port: own, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  };
  const before = await fingerprint();
  await use('second');
  await waitFor(async () => (await fingerprint()) !== before);
});
