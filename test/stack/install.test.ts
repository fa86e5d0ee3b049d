import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** User id of `nobody` on Linux and macOS. Root may write everywhere. */
const NOBODY = 65_534;

it('the installation reports a clone without write access, and downloads nothing', async () => {
  const clone = await mkdtemp(join(tmpdir(), 'parley-read-only-'));
  try {
    for (const folder of ['packages/stack/bin', 'services']) await mkdir(join(clone, folder), { recursive: true });
    await cp(join(root, 'packages/stack/bin/install.mjs'), join(clone, 'packages/stack/bin/install.mjs'));
    const files = {
      'package.json': '{"packageManager":"pnpm@0.0.0"}',
      'pnpm-lock.yaml': '',
      'pnpm-workspace.yaml': '',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(clone, name), text);
    await chmod(clone, 0o555);
    const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    const { status, stderr } = spawnSync(process.execPath, ['packages/stack/bin/install.mjs'], {
      cwd: clone,
      encoding: 'utf8',
      ...account,
    });
    expect(stderr).toBe(
      `Packages cannot be installed, because you may not write to ${clone}/. Clone Parley to a folder of your own.\n`,
    );
    expect(status).toBe(1);
  } finally {
    await chmod(clone, 0o755);
    await rm(clone, { recursive: true, force: true });
  }
});

it.each(['18.20.8', '20.18.3'])('the installation rejects Node.js %s before it downloads anything', (version) => {
  const versions = JSON.stringify({ ...process.versions, node: version });
  const override = `Object.defineProperties(process, { versions: { value: ${versions} }, version: { value: 'v${version}' } })`;
  const install = join(root, 'packages/stack/bin/install.mjs');
  const args = ['--import', `data:text/javascript,${encodeURIComponent(override)}`, install];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const expected = `Parley needs Node.js 20.19 or newer, and this is v${version}. Install Node.js 24 and try again.\n`;
  expect([status, stderr]).toEqual([1, expected]);
});

it('npm scripts install the packages themselves, because npm runs no pre and post scripts if ignore-scripts is set', async () => {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const hooks = Object.keys(scripts).filter(
    (name) => name.replace(/^(pre|post)/, '') in scripts && /^(pre|post)/.test(name),
  );
  expect(hooks).toEqual([]);
  expect(scripts.start).toMatch(/^node packages\/stack\/bin\/install\.mjs && /);
});
