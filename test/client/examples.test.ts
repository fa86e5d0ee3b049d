import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Parley } from '@parley/client';
import { type Stack, waitFor } from '@parley/stack';
import { startTestStack } from '@parley/stack/test';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../web/chromium.ts';
import { Installed, packageFolder } from './installed.ts';
import { StandInPage } from './page.ts';
import { listen, textOf, texts, untilShown } from './people.ts';

let stack: Stack;
let installed: Installed;
const clients: Parley[] = [];
beforeAll(async () => {
  stack = await startTestStack({ env: { REGISTRATIONS_PER_MINUTE: '1000', ORIGINS: '*' } });
  installed = await Installed.create('npm', join(packageFolder, '../react'), [
    packageFolder,
    join(packageFolder, '../vue'),
  ]);
  await installed.link('vite');
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
  it('the echo bot example for Node.js replies with the text that it receives', async () => {
    await using bot = await startBot('echo-bot.mjs', 'echo');
    const ann = await register('ann');
    const received = listen(ann);
    await bot.befriend(ann);
    await ann.send(bot.user, 'hello, bot');
    await waitFor(() => received.length === 2);
    expect(received.map(textOf)).toEqual(['hello, bot', 'hello, bot']);
    expect(received.map(({ from }) => from)).toEqual([ann.user, bot.user]);
  });

  it('the agent example for Node.js streams its answer; the history contains the whole answer', async () => {
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

  it('the agent example for Node.js stops its answer when a reader presses the button Stop', async () => {
    await using bot = await startBot('agent.mjs', 'stopped-agent');
    const ned = await register('ned');
    ned.on('change', () => {
      const last = ned.messages(bot.user).at(-1);
      if (last?.streaming && last.id && textOf(last).includes('three')) void ned.act(bot.user, last.id, 'stop');
    });
    await bot.befriend(ned);
    await ned.send(bot.user, 'hello');
    const answer = () => ned.messages(bot.user).findLast(({ mine, streaming }) => !mine && !streaming);
    await waitFor(() => answer() !== undefined);
    const text = textOf(answer() ?? expect.fail('no answer'));
    expect([text.includes('three'), text.includes('That is all.')]).toEqual([true, false]);
  });

  it.each([
    ['react', ['react', 'react-dom', '@vitejs/plugin-react']],
    ['vue', ['vue', '@vitejs/plugin-vue']],
  ])(
    'in a browser, the example page with @parley/%s lists chats, shows messages and sends one',
    async (name, frameworks) => {
      const root = await installed.copy(join(packageFolder, '..', name, 'examples'), name);
      for (const each of frameworks) await installed.link(each);
      process.env.PARLEY_API = stack.apiUrl;
      const configFile = join(root, 'vite.config.ts');
      await build({ root, logLevel: 'silent', configFile });
      await using site = await startPreview({ root, logLevel: 'silent', configFile });
      const [reader, writer] = [await register(`reader-${name}`), await register(`writer-${name}`)];
      await reader.api('POST /friend-requests', { to: writer.user });
      await writer.api('POST /friend-requests', { to: reader.user });
      await writer.send(reader.user, 'hello, page');
      await using browser = await chromium.launch({ ...(await findChromium()), headless: true });
      const page = await browser.newPage();
      await page.goto(site.url);
      await page.getByLabel('Username').fill(`reader-${name}`);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('button', { name: `writer-${name}` }).click();
      await page.getByText('hello, page (received)').waitFor();
      await page.getByRole('status').getByText('online').waitFor();
      writer.typing(reader.user);
      await page.getByRole('status').getByText('typing').waitFor();
      await page.getByLabel('Message').pressSequentially('hello, writer');
      await page.getByRole('button', { name: 'Send' }).click();
      await untilShown(writer, reader.user, ['hello, page', 'hello, writer']);
      await page.getByText('me: hello, writer (delivered)').waitFor();
      expect(await page.getByLabel('Message').inputValue()).toBe('');
    },
  );
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

/** Serves the built page of a starter. The page and the api have one origin. */
async function startPreview(config: Parameters<typeof preview>[0]) {
  const server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
  return {
    url: server.resolvedUrls?.local[0] ?? '',
    [Symbol.asyncDispose]: () => server.close(),
  };
}
