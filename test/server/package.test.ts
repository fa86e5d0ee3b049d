import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  compilers,
  contentsOf,
  expectPublished,
  manifestOf,
  resolutions,
  typeErrors,
} from '../client/check-package.ts';
import { findingsOfPublint, problemsOfTypes } from '../client/check-tarball.ts';
import { Installed, run } from '../client/installed.ts';

const serverFolder = fileURLToPath(new URL('../../packages/server', import.meta.url));

describe('the packed package', () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await Installed.create('npm', serverFolder);
  }, 180_000);
  afterAll(async () => {
    await installed?.[Symbol.asyncDispose]();
  });

  it('the server package contains its module, licence, changelog and README, and has no dependencies', async () => {
    await expectPublished(installed.tarball);
    expect(await manifestOf(installed, '@parley/server')).not.toHaveProperty('dependencies');
  });

  it('pnpm packs the server package with the same files as npm', async () => {
    await using other = await Installed.create('pnpm', serverFolder);
    expect(await contentsOf(other, '@parley/server')).toEqual(await contentsOf(installed, '@parley/server'));
  }, 180_000);

  it('publint has no findings for the server package', async () => {
    expect(await findingsOfPublint(installed.tarball)).toEqual([]);
  });

  it('attw finds valid types in the server package for every kind of import except require', async () => {
    expect(await problemsOfTypes(installed.tarball)).toEqual([]);
  });

  it.each(compilers)(
    'the types of the server package compile with TypeScript %s and need no other package',
    async (compiler) => {
      for (const resolution of resolutions) expect(await typeErrors(installed, compiler, app, resolution)).toBe('');
    },
  );

  it('the server package can be loaded by import and by require', async () => {
    const print = 'console.log(typeof ParleyServer, typeof verifyWebhook)';
    await installed.write('app.mjs', `import { ParleyServer, verifyWebhook } from '@parley/server';\n${print}`);
    await installed.write('app.cjs', `const { ParleyServer, verifyWebhook } = require('@parley/server');\n${print}`);
    for (const file of ['app.mjs', 'app.cjs']) {
      const { stdout } = await run(process.execPath, [file], { cwd: installed.folder });
      expect(stdout).toBe('function function\n');
    }
  });
});

/** An app that uses every type of call, event and hook. */
const app = `import { handleHook, ParleyServer, verifyWebhook, type HookHandlers } from '@parley/server';
const parley = new ParleyServer({ url: 'http://127.0.0.1:1', apiKey: 'key' });
const { items, next } = await parley.call('GET /server/users', { q: 'a' });
items.map(({ externalId, created }) => [externalId?.toUpperCase(), created.toFixed()]);
await parley.call('GET /server/users', { after: next ?? '' });
await parley.call('GET /server/webhooks');
const message = { from: 'system', to: { group: 'team' }, ref: '1', body: { type: 'text', text: 'hi' } } as const;
const { id }: { id: number } = await parley.call('POST /server/messages', message);
// @ts-expect-error The operation has a required input.
await parley.call('GET /server/users/{user}');
// @ts-expect-error This operation does not exist.
await parley.call('GET /server/user');
// @ts-expect-error This body type does not exist.
await parley.call('POST /server/messages', { ...message, body: { type: 'txet', text: 'hi' } });
const event = verifyWebhook({ 'webhook-id': 'x' }, new Uint8Array(), ['whsec_']);
if (event.type === 'message.sent' && event.data.body.type === 'text') event.data.body.text.toUpperCase();
// @ts-expect-error A friend event has no text.
if (event.type === 'friend.accepted') event.data.body;
const handlers: HookHandlers = {
  'message.send': ({ body, custom }) => ({ allow: true, body, custom: custom ?? null }),
  'user.register': async ({ username }) => ({ allow: false, message: username }),
  // @ts-expect-error A registration cannot be changed.
  'group.join': () => ({ allow: true, body: { type: 'text', text: 'x' } }),
};
const { allow }: { allow: boolean } = await handleHook({}, '', 'whsec_', handlers);
export { allow, id };
`;
