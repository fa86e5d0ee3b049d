import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type HookConfig, Networks, signatureHeaders } from '@parley/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../client/installed.ts';
import { Kit } from '../gateway/kit.ts';

const serverFolder = fileURLToPath(new URL('../../packages/server', import.meta.url));
const [key, strange] = [Buffer.alloc(32, 7), Buffer.alloc(32, 8)];
const text = (value: string) => ({ type: 'text' as const, text: value });
let folder: string;
let hook: Awaited<ReturnType<typeof startExample>>;
let kit: Kit;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-hooks-'));
  hook = await startExample();
  kit = await Kit.start(1, { hooks: hooks(key) });
}, 120_000);
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
  hook?.process.kill();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** Starts the example of the package in the way a product runs it, from a separate build. */
async function startExample() {
  const installed = join(folder, 'node_modules/@parley/server');
  await run('node', [join(serverFolder, 'bin/build.mjs'), join(installed, 'dist')]);
  await cp(join(serverFolder, 'package.json'), join(installed, 'package.json'));
  const file = join(folder, 'hook-server.mjs');
  await cp(join(serverFolder, 'examples/hook-server.mjs'), file);
  const secret = `whsec_${key.toString('base64')}`;
  const process = spawn('node', [file, '0', secret], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface(process.stdout), 'line')) as [string];
  return { process, url };
}

function hooks(secret: Buffer): HookConfig {
  const endpoint = { id: 'rules', url: hook.url, events: ['message.send'], secrets: [secret] } as const;
  const allowed = new Networks(['127.0.0.0/8']);
  return { endpoints: [endpoint], timeout: 5000, onFailure: 'refuse', concurrency: 256, allowed };
}

describe('the example hook server', () => {
  it('the example hook server allows, changes and refuses messages of a real gateway', async () => {
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a);
    const send = (ref: string, value: string) => alice.ask({ type: 'send', ref, to: b, body: text(value) });
    expect(await send('1', 'hello')).toMatchObject({ type: 'ack', duplicate: false });
    expect(await send('2', 'darn it')).toMatchObject({ type: 'ack', body: text('**** it') });
    expect(await send('3', 'my casino')).toMatchObject({ code: 'refused', message: 'No advertising.' });
  });

  it('the example hook server rejects a request with another secret, an old date or a changed body', async () => {
    const body = JSON.stringify({ id: 'h', type: 'message.send', date: 1, data: { body: text('hi') } });
    const post = async (headers: Record<string, string>, sent = body) =>
      (await fetch(hook.url, { method: 'POST', headers, body: sent })).status;
    expect(await post(signatureHeaders([key], 'h', body, Date.now()))).toBe(200);
    expect(await post(signatureHeaders([strange], 'h', body, Date.now()))).toBe(401);
    expect(await post(signatureHeaders([key], 'h', body, Date.now() - 301_000))).toBe(401);
    expect(await post(signatureHeaders([key], 'h', body, Date.now()), body.replace('hi', 'ho'))).toBe(401);
    expect(await post({})).toBe(401);
  });

  it('a gateway rejects messages as unavailable if its secret differs from that of the hook server', async () => {
    await kit.addGateway({ hooks: hooks(strange) });
    const [a, b] = await kit.friends();
    await using alice = await kit.connect(a, kit.gateways.length - 1);
    const refused = await alice.ask({ type: 'send', ref: 'r', to: b, body: text('hi') });
    expect(refused).toMatchObject({ type: 'error', code: 'unavailable' });
  });
});
