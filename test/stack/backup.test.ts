import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root, waitFor } from '@parley/stack';
import { expect, it } from 'vitest';
import { emptyFolder, portsInARow, Starter } from './starter.ts';

const run = promisify(execFile);

/** Runs `npm run backup` or `npm run restore`. Resolves with the output and the exit code. */
async function command(name: 'backup' | 'restore', ...args: string[]): Promise<{ output: string; code: number }> {
  const script = join(root, `packages/stack/bin/${name}.mjs`);
  const env = { ...process.env, REDIS_URL: undefined, DATABASE_URL: undefined } as NodeJS.ProcessEnv;
  return await run(process.execPath, [script, ...args], { env }).then(
    ({ stdout }) => ({ output: stdout, code: 0 }),
    ({ stderr, code }: { stderr: string; code: number }) => ({ output: stderr, code }),
  );
}

it('a restored backup of npm start has the accounts, sessions and messages of the time of the backup', {
  timeout: 240_000,
}, async () => {
  await using data = await emptyFolder();
  await using other = await emptyFolder();
  const [copy, restored] = [join(other.path, 'copy'), join(other.path, 'restored')];
  const port = await portsInARow(2);
  const url = `http://127.0.0.1:${port}`;
  const start = (folder: string) => new Starter(['--port', `${port}`, '--gateways', '1', '--data', folder]);
  let token: string;
  let bob: number;
  const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return (await response.json()) as T;
  };
  const texts = async () => {
    const { items } = await call<{ items: { body: { text: string } }[] }>('GET', `/v1/chats/${bob}/messages`);
    return items.map((item) => item.body.text);
  };
  const say = async (text: string) => {
    const frame = { type: 'send', to: bob, ref: text, body: { type: 'text', text } };
    const post = async () => {
      const response = await fetch(`http://127.0.0.1:${port + 1}/v1/frames`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(frame),
      });
      const reply = await response.text();
      // Until the recorder has the leases, which a restored Redis contains too, no permission can
      // be looked up.
      if (response.status === 503) return false;
      expect(response.status, reply).toBe(200);
      return true;
    };
    await waitFor(post, { timeout: 30_000 });
    await waitFor(async () => (await texts()).includes(text));
  };
  {
    await using starter = start(data.path);
    await starter.shows('Parley is ready');
    const signIn = { username: 'alice', password: 'parley-demo' };
    const response = await fetch(`${url}/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(signIn),
    });
    token = ((await response.json()) as { accessToken: string }).accessToken;
    bob = (await call<{ items: { user: { id: number } }[] }>('GET', '/v1/friends')).items[0]?.user.id ?? 0;
    await say('before the backup');
    expect(await command('backup', copy, '--data', data.path)).toEqual({
      output: `Copied redis, postgresql, media, secrets to ${copy}\n`,
      code: 0,
    });
    await say('after the backup');
  }
  expect(existsSync(join(data.path, 'running.json'))).toBe(false);
  expect(await command('backup', join(other.path, 'none'), '--data', data.path)).toMatchObject({
    output: expect.stringContaining(`Parley does not run on ${data.path}.`),
    code: 1,
  });
  const { output, code } = await command('restore', copy, '--data', restored);
  expect([output, code]).toEqual([expect.stringContaining(`Restored to ${restored}.`), 0]);
  expect(await command('restore', copy, '--data', restored)).toMatchObject({
    output: `${restored} contains data already. Choose another folder with --data.\n`,
    code: 1,
  });
  await using again = start(restored);
  await again.shows('Parley is ready');
  // The access token from before the backup is valid, because the keys were restored.
  expect((await texts()).at(-1)).toBe('before the backup');
  await say('after the restore');
  expect((await texts()).slice(-2)).toEqual(['before the backup', 'after the restore']);
});
