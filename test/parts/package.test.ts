import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilers, expectPublished, manifestOf, typeErrors } from '../client/check-package.ts';
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

  it('the package for a framework contains its module, licence, changelog and README, but no sources and no dependencies', async () => {
    await expectPublished(installed.tarball);
    const manifest = await manifestOf(installed, `@parley/${name}`);
    expect(manifest).not.toHaveProperty('dependencies');
    expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(['@parley/client', peers[0]]);
  });

  it('publint and attw have no findings for the package of a framework', async () => {
    expect(await findingsOfPublint(installed.tarball)).toEqual([]);
    expect(await problemsOfTypes(installed.tarball)).toEqual([]);
  });

  it.each(compilers)(
    'the package for a framework has types for TypeScript %s, including types that the app declares',
    async (compiler) => {
      const options = { skipLibCheck: name === 'vue', lib, module: 'nodenext' };
      expect(await typeErrors(installed, compiler, `${shared}${app}`, options)).toBe('');
    },
  );

  it('the package for a framework can be loaded without a DOM', async () => {
    await installed.write(
      'app.mjs',
      `import * as parts from '@parley/${name}';\nconsole.log(typeof parts.useMessages);`,
    );
    const { stdout } = await run(process.execPath, ['app.mjs'], { cwd: installed.folder });
    expect(stdout).toBe('function\n');
  });
});
