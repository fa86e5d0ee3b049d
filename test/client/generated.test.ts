import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Parley } from '@parley/client';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolder, run } from './installed.ts';
import { textOf } from './people.ts';

const password = 'correct horse battery';
const clients: Parley[] = [];
let stack: Stack;
let folder: string;
beforeAll(async () => {
  stack = await startTestStack();
  folder = await mkdtemp(join(tmpdir(), 'parley-generated-'));
  const document = await fetch(`${new URL(stack.apiUrl).origin}/openapi.json`);
  await writeFile(join(folder, 'openapi.json'), await document.text());
}, 120_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await stack?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('clients generated from /openapi.json', () => {
  it('types that openapi-typescript generates compile in strict mode', async () => {
    const document = JSON.parse(await readFile(join(folder, 'openapi.json'), 'utf8'));
    await writeFile(join(folder, 'api.d.ts'), astToString(await openapiTypescript(document)));
    await writeFile(join(folder, 'app.ts'), app);
    const options = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2022', lib: ['es2022'], types: [] };
    const compilerOptions = { ...options, module: 'esnext', moduleResolution: 'bundler' };
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, include: ['app.ts', 'api.d.ts'] }),
    );
    const tsc = createRequire(join(packageFolder, 'package.json')).resolve('typescript/package.json');
    const checking = run(process.execPath, [join(tsc, '../bin/tsc'), '-p', folder]);
    const result = await checking.catch((error: { stdout: string }) => error);
    expect(result.stdout).toBe('');
  });

  it.skipIf(!hasPythonGenerator())(
    'a Python client generated from /openapi.json sends and receives messages (skipped without openapi-python-client)',
    async () => {
      const { ann, ben, addresses } = await startChat('python');
      const target = ['--output-path', join(folder, 'parley'), '--meta', 'none'];
      await run('openapi-python-client', ['generate', '--path', join(folder, 'openapi.json'), ...target]);
      await cp(join(packageFolder, 'examples/python/send.py'), join(folder, 'send.py'));
      const args = ['send.py', ...addresses, 'ann-python', password, String(ben.user), 'hello from Python'];
      const { stdout } = await run(pythonOfGenerator(), args, { cwd: folder });
      expect(stdout).toContain("'type': 'ack'");
      expect(stdout).toContain(`${ann.user} hello from the SDK\n`);
      expect(await historyOf(ben, ann)).toContain('hello from Python');
    },
    180_000,
  );

  it('a Go client generated from /openapi.json sends and receives messages (skipped without go and its modules)', async (context) => {
    const cwd = join(folder, 'go');
    await cp(join(packageFolder, 'examples/go'), cwd, { recursive: true });
    await cp(join(folder, 'openapi.json'), join(cwd, 'openapi.json'));
    const missing = await installGoTools(cwd);
    if (missing) process.stderr.write(`A test of a Go client is skipped: ${missing}\n`);
    context.skip(missing !== undefined, missing);
    const { ann, ben, addresses } = await startChat('go');
    await run('go', ['generate'], { cwd });
    const args = ['run', '.', ...addresses, 'ann-go', password, String(ben.user), 'hello from Go'];
    const { stdout } = await run('go', args, { cwd });
    expect(stdout).toContain('"type":"ack"');
    expect(stdout).toContain(`${ann.user} hello from the SDK\n`);
    expect(await historyOf(ben, ann)).toContain('hello from Go');
  }, 480_000);
});

/** Registers two friends. The first one sends a message. */
async function startChat(name: string): Promise<{ ann: Person; ben: Person; addresses: string[] }> {
  const [ann, ben] = [await signUp(`ann-${name}`), await signUp(`ben-${name}`)];
  await ann.api('POST /friend-requests', { to: ben.user });
  await ben.api('POST /friend-requests', { to: ann.user });
  await ann.send(ben.user, 'hello from the SDK');
  await waitFor(async () => (await ann.api('GET /chats/{id}/messages', { id: ben.user })).items.length === 1);
  const addresses = [stack.apiUrl, stack.gatewayUrls[0] ?? ''].map((url) => new URL(url).origin);
  return { ann, ben, addresses };
}

/** Returns the texts of a chat when it has two messages. */
async function historyOf(reader: Person, peer: Person): Promise<unknown[]> {
  const read = () => reader.api('GET /chats/{id}/messages', { id: peer.user });
  await waitFor(async () => (await read()).items.length === 2);
  return (await read()).items.map(textOf);
}

type Person = Parley & { user: number };

async function signUp(username: string): Promise<Person> {
  const client = new Parley({ api: stack.apiUrl });
  clients.push(client);
  await client.register({ username, password });
  await client.connect();
  return client as Person;
}

function hasPythonGenerator(): boolean {
  try {
    pythonOfGenerator();
    return true;
  } catch {
    process.stderr.write('A test of a Python client is skipped: openapi-python-client is not installed\n');
    return false;
  }
}

/**
 * Returns the Python with which the generator runs. It has the packages that generated clients
 * import.
 */
function pythonOfGenerator(): string {
  execFileSync('openapi-python-client', ['--version'], { stdio: 'ignore' });
  return execFileSync('sh', ['-c', 'head -n 1 "$(command -v openapi-python-client)"'], { encoding: 'utf8' })
    .replace('#!', '')
    .trim();
}

/**
 * Maximum ms to download and build the generator. With an empty cache, this takes about a minute on
 * two idle cores.
 */
const GO_TOOLS_TIMEOUT_MS = 300_000;

/**
 * Downloads and builds the generator of `go.mod`.
 *
 * @returns why it cannot run. Undefined if it is ready
 */
async function installGoTools(cwd: string): Promise<string | undefined> {
  try {
    await run('go', ['tool', 'oapi-codegen', '-version'], { cwd, timeout: GO_TOOLS_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT') return 'go is not installed';
    return stderr?.trim().split('\n').at(-1) || `the generator is not ready within ${GO_TOOLS_TIMEOUT_MS / 1000} s`;
  }
}

/** Uses the types of a request, a reply and a message. */
const app = `import type { components, paths } from './api.js';
type SignIn = paths['/v1/sessions']['post']['requestBody']['content']['application/json'];
const account: SignIn = { username: 'ann', password: 'x' };
const body: components['schemas']['Body'] = { type: 'text', text: 'hello' };
const frame: components['schemas']['SendFrame'] = { type: 'send', ref: '1', to: 5, body };
declare const message: components['schemas']['Message'];
export const text: string = message.body?.type === 'text' ? message.body.text : '';
// @ts-expect-error This kind of body does not exist.
export const wrong: components['schemas']['Body'] = { type: 'txet', text: 'hello' };
export { account, frame };
`;
