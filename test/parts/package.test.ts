import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsOfPublint, problemsOfTypes } from '../client/check-tarball.ts';
import { Installed, packageFolder, run } from '../client/installed.ts';

/** What an app uses of each package, without a DOM. */
const packages = {
  vue: {
    peers: ['vue'],
    lib: ['es2022', 'dom'],
    app: `import { parleyPlugin, useMessages } from '@parley/vue';
import { createApp, ref } from 'vue';
createApp({}).use(parleyPlugin, parley);
const { messages, loadOlder } = useMessages(ref(5));
useMessages(() => undefined);
// @ts-expect-error A chat is a number.
useMessages('5');
messages.value.map(({ custom }) => custom?.priority === 'high');
loadOlder(5);
`,
  },
  react: {
    peers: ['react', '@types/react'],
    lib: ['es2022'],
    app: `import { ParleyProvider, useMessages } from '@parley/react';
import { createElement } from 'react';
createElement(ParleyProvider, { client: parley });
const { messages, loadOlder } = useMessages(5);
useMessages(undefined);
// @ts-expect-error A chat is a number.
useMessages('5');
messages.map(({ custom }) => custom?.priority === 'high');
loadOlder(5);
`,
  },
};

const shared = `import { Parley } from '@parley/client';
declare module '@parley/client' {
  interface ParleyTypes {
    message: { priority?: 'high' };
  }
}
const parley = new Parley({ api: 'http://127.0.0.1:1' });
`;

describe.each(Object.entries(packages))('the package for %s', (name, { peers, lib, app }) => {
  let installed: Installed;
  beforeAll(async () => {
    installed = await Installed.create('npm', join(packageFolder, '..', name), [packageFolder]);
    for (const peer of peers) await installed.link(peer);
  }, 180_000);
  afterAll(async () => {
    await installed?.[Symbol.asyncDispose]();
  });

  it('contains its module, licence, changelog and README, no sources, and has no dependency', async () => {
    const { stdout } = await run('tar', ['-tzf', installed.tarball]);
    const files = stdout
      .trim()
      .split('\n')
      .map((file) => file.replace('package/', ''));
    const expected = ['LICENSE', 'CHANGELOG.md', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
    expect(files).toEqual(expect.arrayContaining(expected));
    expect(files.filter((file) => !/^dist\/|^(LICENSE|\w+\.md|package\.json)$/.test(file))).toEqual([]);
    expect(files.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
    const manifest = JSON.parse(
      await readFile(join(installed.folder, `node_modules/@parley/${name}/package.json`), 'utf8'),
    );
    expect(manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(manifest.peerDependencies)).toEqual(['@parley/client', peers[0]]);
  });

  it('publint and attw find nothing but that require of CommonJS needs Node.js 20.19', async () => {
    expect(await findingsOfPublint(installed.tarball)).toEqual([]);
    expect(await problemsOfTypes(installed.tarball)).toEqual([]);
  });

  it.each(['5.9', 'native'])('has types for TypeScript %s, with the types of the app', async (compiler) => {
    await installed.write('app.ts', `${shared}${app}`);
    const options = { strict: true, noEmit: true, skipLibCheck: name === 'vue', target: 'es2022', lib, types: [] };
    const config = { compilerOptions: { ...options, module: 'nodenext' }, include: ['app.ts'] };
    await installed.write('tsconfig.json', JSON.stringify(config));
    const root = compiler === 'native' ? join(packageFolder, '../..') : packageFolder;
    const tsc = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
    const checking = run(process.execPath, [join(tsc, '../bin/tsc'), '-p', '.'], { cwd: installed.folder });
    const result = await checking.catch((error: { stdout: string }) => error);
    expect(result.stdout).toBe('');
  });

  it('can be loaded without a DOM', async () => {
    await installed.write(
      'app.mjs',
      `import * as parts from '@parley/${name}';\nconsole.log(typeof parts.useMessages);`,
    );
    const { stdout } = await run(process.execPath, ['app.mjs'], { cwd: installed.folder });
    expect(stdout).toBe('function\n');
  });
});
