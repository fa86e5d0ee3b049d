import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TransportName } from '@parley/client';
import { freePort, waitFor } from '@parley/stack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docker } from './docker.ts';
import { prepareImages, whyNoContainers } from './images.ts';
import { Pair } from './pair.ts';
import { systemImages } from './system.ts';

const run = promisify(execFile);
const root = new URL('../..', import.meta.url).pathname;
const images = [...systemImages, 'HAPROXY_IMAGE', 'PARLEY_WEB_IMAGE'] as const;
const missing = await whyNoContainers(images, ['compose', 'version']);
const project = `parley-test-${process.pid}`;
let url: string;
let env: Record<string, string>;

const compose = (...args: string[]) =>
  docker(['compose', '--file', 'deploy/compose.yaml', '--project-name', project, ...args], { env, timeout: 300_000 });

/** Sends a message from each user to the other over one transport. */
async function talk(transport?: TransportName): Promise<void> {
  await using pair = await Pair.register(url, transport ? { transports: [transport] } : {});
  await pair.say('over there');
  await pair.answer('and back');
  expect(pair.shown()).toEqual(['over there', 'and back']);
}

describe.skipIf(missing)(`deploy/compose.yaml${missing ? `: ${missing}` : ''}`, () => {
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    env = { ...(await prepareImages(images)), PARLEY_PORT: String(port), PARLEY_URL: url, PARLEY_OPEN_FILES: '4096' };
    await compose('up', '--detach', '--no-build', '--quiet-pull');
    await waitFor(async () => (await fetch(`${url}/openapi.json`)).ok, {
      timeout: 60_000,
      message: 'nothing is served',
    });
  }, 1_200_000);
  afterAll(() => compose('down', '--volumes', '--timeout', '5'), 120_000);

  it('two users behind the load balancer exchange messages over every transport', async () => {
    for (const transport of ['websocket', 'sse', 'poll'] as const) await talk(transport);
  }, 60_000);

  it('the load balancer serves the web client and does not expose operator endpoints', async () => {
    const page = await fetch(`${url}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html']);
    expect((await fetch(`${url}/chats/17`)).status).toBe(200);
    expect((await fetch(`${url}/no-such-file.js`)).status).toBe(404);
    expect(page.headers.get('content-security-policy')).toContain(`connect-src 'self' ws://${new URL(url).host}`);
    const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? [];
    expect((await fetch(url + script)).headers.get('cache-control')).toContain('immutable');
    expect((await fetch(`${url}/docs/swagger-ui-bundle.js`)).status).toBe(200);
    for (const path of ['/metrics', '/readyz', '/healthz']) expect((await fetch(url + path)).status).toBe(404);
  });

  it('messages are still delivered after some gateways and an api were killed', async () => {
    await using pair = await Pair.register(url);
    await pair.say('before');
    await compose('kill', 'gateway-1', 'api-1');
    await pair.say('one gateway less');
    await compose('kill', 'gateway-2');
    await pair.answer('two gateways less');
    await compose('up', '--detach', '--no-build', 'gateway-1', 'gateway-2', 'api-1');
    expect(pair.shown()).toEqual(['before', 'one gateway less', 'two gateways less']);
    await talk();
  }, 120_000);

  it('each container runs without privileges on a read-only file system and stops on SIGTERM', async () => {
    for (const service of ['gateway-3', 'api-2', 'recorder-2', 'web']) {
      const id = await compose('ps', '--quiet', service);
      const [user] = (await docker(['exec', id, 'id', '-u'])).split('\n');
      expect(`${service} ${user}`).toBe(`${service} 10001`);
      await expect(docker(['exec', id, 'sh', '-c', 'echo > /app/new || echo > /usr/new'])).rejects.toThrow('Read-only');
      await docker(['stop', '--time', '30', id]);
      expect(await docker(['inspect', '--format', '{{.State.ExitCode}}', id])).toBe('0');
    }
  }, 120_000);

  it('compose creates the secrets of an installation only once and keeps them outside of compose.yaml', async () => {
    const read = async () =>
      await docker(['exec', await compose('ps', '--quiet', 'gateway-2'), 'cat', '/run/parley/services.env']);
    const first = await read();
    expect(first).toMatch(/^DATABASE_URL=postgres:\/\/parley:[\w-]{43}@postgres.*\nTOKEN_PUBLIC_KEYS='\[\{/);
    // Only the api has the private key.
    expect(first).not.toMatch(/TOKEN_SECRET|"d"/);
    await compose('up', '--detach', '--no-build', 'secrets');
    expect(await read()).toBe(first);
  });

  it('restoring a backup restores all messages, including those that were not in PostgreSQL yet', async () => {
    await compose('up', '--detach', '--no-build');
    const folder = await mkdtemp(join(tmpdir(), 'parley-backup-'));
    await using pair = await Pair.register(url);
    await pair.say('recorded');
    await pair.recorded(['recorded']);
    await compose('stop', 'recorder-1', 'recorder-2');
    await pair.say('not recorded yet');
    const named = { ...env, COMPOSE_PROJECT_NAME: project };
    await run('deploy/compose/backup.sh', [folder], { cwd: root, env: { ...process.env, ...named } });
    await compose('down', '--volumes', '--timeout', '5');
    await run('deploy/compose/restore.sh', [folder], { cwd: root, env: { ...process.env, ...named } });
    await rm(folder, { recursive: true });
    // The sessions are still valid, so the secrets have not changed.
    await pair.recorded(['recorded', 'not recorded yet']);
    await pair.answer('as if nothing had been');
    expect(pair.shown()).toEqual(['recorded', 'not recorded yet', 'as if nothing had been']);
  }, 240_000);
});
