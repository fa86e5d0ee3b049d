import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilers, contentsOf, expectPublished, resolutions, typeErrors } from './check-package.ts';
import { findingsOfPublint, problemsOfTypes } from './check-tarball.ts';
import { Installed, packageFolder, run } from './installed.ts';

const require = createRequire(import.meta.url);

describe('the packed package', () => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await Installed.create();
  }, 180_000);
  afterAll(async () => {
    await installed?.[Symbol.asyncDispose]();
  });

  it('the client package contains its modules, licence, changelog and README, but no sources', async () => {
    await expectPublished(installed.tarball);
  });

  it('pnpm packs the client package with the same files as npm', async () => {
    await using other = await Installed.create('pnpm');
    expect(await contentsOf(other, '@parley/client')).toEqual(await contentsOf(installed, '@parley/client'));
  }, 180_000);

  it('publint has no findings for the client package', async () => {
    expect(await findingsOfPublint(installed.tarball)).toEqual([]);
  });

  it('attw finds valid types in the client package for every kind of import except require', async () => {
    expect(await problemsOfTypes(installed.tarball)).toEqual([]);
  });

  it.each(compilers)(
    'the types of the client package compile with TypeScript %s and need no library except es2022',
    async (compiler) => {
      for (const resolution of resolutions) expect(await typeErrors(installed, compiler, app, resolution)).toBe('');
    },
  );

  it('the client package can be loaded by import and by require', async () => {
    const print = 'console.log(typeof Parley, typeof fileStore, typeof upload)';
    const names = { Parley: '', fileStore: '/file-store', upload: '/upload' };
    const imports = Object.entries(names).map(([name, path]) => `import { ${name} } from '@parley/client${path}';`);
    const requires = Object.entries(names).map(
      ([name, path]) => `const { ${name} } = require('@parley/client${path}');`,
    );
    await installed.write('app.mjs', [...imports, print].join('\n'));
    await installed.write('app.cjs', [...requires, print].join('\n'));
    for (const file of ['app.mjs', 'app.cjs']) {
      const { stdout } = await run(process.execPath, [file], { cwd: installed.folder });
      expect(stdout).toBe('function function function\n');
    }
  });

  it.each(['esbuild', 'vite', 'webpack'] as const)('%s can bundle the client package', async (bundler) => {
    await installed.write('entry.js', "import { Parley } from '@parley/client';\nconsole.log(typeof Parley);\n");
    await bundlers[bundler](join(installed.folder, 'entry.js'), join(installed.folder, `${bundler}.mjs`));
    const { stdout } = await run(process.execPath, [`${bundler}.mjs`], { cwd: installed.folder });
    expect(stdout).toBe('function\n');
  });
});

it('the client bundle stays below its size limit and contains only files of the package', async () => {
  const { stdout } = await run(process.execPath, [join(packageFolder, 'bin/size.mjs')]);
  expect(stdout).toMatch(/^@parley\/client: \d+ of \d+ bytes gzipped; \/upload: \d+\n$/);
});

/** An app that uses every module without the types of a browser or of Node.js. */
const app = `import { Parley, memoryStore, type Store } from '@parley/client';
import { fileStore } from '@parley/client/file-store';
import { upload } from '@parley/client/upload';
const store: Store = process.argv[2] ? fileStore(process.argv[2]) : memoryStore();
const parley = new Parley({ api: 'http://127.0.0.1:1', store });
parley.on('message', ({ body }) => body?.type === 'text' && body.text.toUpperCase());
const { items } = await parley.api('GET /chats', { limit: 5 });
items.map(({ unread }) => unread + 1);
const { size }: { size: number } = await upload(parley, file, { progress: (sent) => sent + 1 }).done;
const { status }: { status: number } = await parley.request('/me/export');
declare module '@parley/client' {
  interface ParleyTypes {
    message: { priority?: 'high' };
    user: { team: string };
    group: { room: number };
    chat: { folder: string };
  }
}
parley.send(5, 'hi', { custom: { priority: 'high' } });
parley.messages(5).map(({ custom }) => custom?.priority === 'high');
// @ts-expect-error This priority does not exist.
parley.send(5, 'hi', { custom: { priority: 'low' } });
const { custom } = await parley.api('PATCH /groups/{id}', { id: 7, custom: { room: 1 } });
custom?.room.toFixed();
await parley.api('PATCH /groups/{id}', { id: 7, custom: null });
await parley.api('PATCH /me', { custom: { team: 'blue' } });
const { users } = await parley.api('GET /chats/{id}/messages', { id: 7 });
users.map((user) => user.custom?.team.toUpperCase());
(await parley.api('GET /friends')).items.map(({ user }) => user.custom?.team.toUpperCase());
parley.load(await parley.api('PATCH /chats/{id}', { id: 7, custom: { folder: 'work' } }));
parley.chats().map((chat) => chat.custom?.folder.toUpperCase());
// @ts-expect-error A folder is a string.
await parley.api('PATCH /chats/{id}', { id: 7, custom: { folder: 7 } });
parley.session?.user.custom?.team.toUpperCase();
// @ts-expect-error A team is a string.
await parley.api('PATCH /me', { custom: { team: 7 } });
// @ts-expect-error A room is a number.
await parley.api('POST /groups', { name: 'x', custom: { room: 'x' } });
// @ts-expect-error The operation has a required input.
await parley.api('PUT /chats/{id}');
// @ts-expect-error This body type does not exist.
parley.send(5, { type: 'txet', text: 'hi' });
declare const file: { size: number; type: string; slice(): typeof file };
declare const process: { argv: string[] };
export { size, status };
`;

const bundlers = {
  esbuild: async (entry: string, outfile: string) => {
    const { build } = await import('esbuild');
    await build({
      entryPoints: [entry],
      outfile,
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      logLevel: 'silent',
    });
  },
  vite: async (entry: string, outfile: string) => {
    const { build } = await import('vite');
    const root = join(entry, '..');
    const lib = { entry, formats: ['es' as const], fileName: () => 'vite.mjs' };
    await build({ root, logLevel: 'silent', configFile: false, build: { lib, outDir: 'vite-out' } });
    await run('cp', [join(root, 'vite-out/vite.mjs'), outfile]);
  },
  webpack: async (entry: string, outfile: string) => {
    const { webpack } = require('webpack') as typeof import('webpack');
    const output = { path: join(outfile, '..'), filename: 'webpack.mjs', module: true };
    const config = { mode: 'production' as const, entry, output, experiments: { outputModule: true } };
    await new Promise<void>((resolve, reject) => {
      webpack({ ...config, context: join(entry, '..'), target: 'es2022' }, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString()));
        else resolve();
      });
    });
  },
};
