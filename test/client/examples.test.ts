import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Parley } from '@parley/client';
import { type Stack, startStack, waitFor } from '@parley/stack';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installed, packageFolder } from './installed.ts';
import { StandInPage } from './page.ts';
import { listen, textOf, texts, untilShown } from './people.ts';

let stack: Stack;
let installed: Installed;
const clients: Parley[] = [];
beforeAll(async () => {
  stack = await startStack({ env: { REGISTRATIONS_PER_MINUTE: '1000' } });
  installed = await Installed.create();
}, 240_000);
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await installed?.[Symbol.asyncDispose]();
  await stack?.stop();
});

const password = 'correct horse battery';
const examples = join(packageFolder, 'examples');

async function register(username: string): Promise<Parley & { user: number }> {
  const client = new Parley({ api: stack.apiUrl });
  clients.push(client);
  await client.register({ username, password });
  await client.connect();
  return client as Parley & { user: number };
}

describe('examples of the client package', () => {
  it('the Node.js example runs a bot that replies with the text it receives', async () => {
    await using bot = await startBot('echo-bot.mjs', 'echo');
    const ann = await register('ann');
    const received = listen(ann);
    await bot.befriend(ann);
    await ann.send(bot.user, 'hello, bot');
    await waitFor(() => received.length === 2);
    expect(received.map(textOf)).toEqual(['hello, bot', 'hello, bot']);
    expect(received.map(({ from }) => from)).toEqual([ann.user, bot.user]);
  });

  it('the Node.js example of an agent streams its answer, which history stores as a whole', async () => {
    await using bot = await startBot('agent.mjs', 'agent');
    const eve = await register('eve');
    const typing: (string | undefined)[] = [];
    eve.on('typing', ({ state }) => typing.push(state));
    const seen = new Set<string>();
    eve.on('change', () => {
      const last = eve.messages(bot.user).at(-1);
      if (last?.streaming) seen.add(textOf(last));
    });
    await bot.befriend(eve);
    await eve.send(bot.user, 'hello');
    await waitFor(
      () => texts(eve, bot.user).at(-1)?.endsWith('That is all.') && !eve.messages(bot.user).at(-1)?.streaming,
    );
    expect(seen.size).toBeGreaterThan(3);
    expect(typing).toContain('thinking');
    const whole = texts(eve, bot.user).at(-1);
    await waitFor(async () => {
      const { items } = await eve.api('GET /chats/{id}/messages', { id: bot.user });
      const last = items.at(-1);
      return last?.body?.type === 'text' && last.body.text === whole && last.edited === undefined;
    });
  });

  it('the HTML example signs in, shows a chat and sends a message', async () => {
    const [alice, bob] = [await register('alice'), await register('bob')];
    await alice.api('POST /friend-requests', { to: bob.user });
    await bob.api('POST /friend-requests', { to: alice.user });
    await bob.send(alice.user, 'hello, page');
    await untilShown(alice, bob.user, ['hello, page']);
    await using page = await StandInPage.open(installed, join(examples, 'html/index.html'), stack.apiUrl);
    await page.submit('sign-in', { username: 'alice', password, chat: String(bob.user) });
    await waitFor(() => page.lines('messages').includes('they: hello, page (received)'), {
      message: () => JSON.stringify([page.lines('messages'), page.text('status')]),
    });
    await page.submit('send', { text: 'hello, bob' });
    await waitFor(() => texts(bob, alice.user).includes('hello, bob'));
    await waitFor(() => page.lines('messages').includes('me: hello, bob (delivered)'));
  });

  it.each([
    ['vite-react', ['react', 'react-dom', '@vitejs/plugin-react']],
    ['vite-vue', ['vue', '@vitejs/plugin-vue']],
  ])('the %s example builds', async (name, packages) => {
    const root = await installed.copy(join(examples, name), name);
    for (const each of [...packages, 'vite']) await link(root, each);
    await build({ root, logLevel: 'silent', configFile: join(root, 'vite.config.ts') });
    const assets = await readdir(join(root, 'dist/assets'));
    const [script = ''] = assets.filter((file) => file.endsWith('.js'));
    expect(await readFile(join(root, 'dist/assets', script), 'utf8')).toContain('/v1');
  });
});

/** Runs a bot of the starter for Node.js. */
async function startBot(script: string, name: string) {
  await installed.copy(join(examples, 'node'), 'node');
  const bot = spawn(process.execPath, [script, stack.apiUrl, name, password], {
    cwd: join(installed.folder, 'node'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(bot.stdout, 'data');
  const user = Number(/is user (\d+)/.exec(String(line))?.[1]);
  return {
    user,
    /** Makes the bot a friend of a user. */
    befriend: async (client: Parley) => {
      await client.api('POST /friend-requests', { to: user });
      await waitFor(async () => (await client.api('GET /friends')).items.length === 1);
    },
    [Symbol.asyncDispose]: async () => {
      bot.kill();
    },
  };
}

/** Links a package of the tests into the node_modules of a starter. */
async function link(root: string, name: string): Promise<void> {
  const main = createRequire(import.meta.url).resolve(name);
  const folder = main.slice(0, main.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}`.length);
  const path = join(root, 'node_modules', name);
  await mkdir(dirname(path), { recursive: true });
  await symlink(folder, path);
}
