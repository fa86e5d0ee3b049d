import { spawnSync } from 'node:child_process';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Root may write everywhere, so it runs the installation as `nobody` of Linux. */
const account = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

it('the installation reports a clone without write access, and downloads nothing', async () => {
  await using clone = await Clone.create();
  await chmod(clone.path, 0o555);
  const { status, stderr } = clone.install();
  expect(stderr).toBe(
    `Packages cannot be installed, because you may not write to ${clone.path}/. Clone Parley to a folder of your own.\n`,
  );
  expect(status).toBe(1);
});

it('the installation keeps caches in the clone if the home folder cannot be written', async () => {
  await using clone = await Clone.create();
  await using home = await Clone.create();
  const seen = join(clone.path, 'seen');
  await clone.fakeNpx(`echo "$npm_config_cache $XDG_DATA_HOME" > "${seen}"`);
  const unset = { npm_config_cache: undefined, XDG_CACHE_HOME: undefined, XDG_DATA_HOME: undefined };
  const env = { ...process.env, ...unset, ...clone.with(home) };
  expect(clone.install(env).status).toBe(0);
  expect(await readFile(seen, 'utf8')).toBe(' \n');
  await rm(join(clone.path, 'node_modules'), { recursive: true });
  await chmod(home.path, 0o555);
  expect(clone.install(env).status).toBe(0);
  const cache = join(clone.path, '.cache');
  expect(await readFile(seen, 'utf8')).toBe(`${cache}/npm_config_cache ${cache}/XDG_DATA_HOME\n`);
});

it('the installation does not use a cache of npm that contains a folder of another user', async () => {
  await using clone = await Clone.create();
  await using home = await Clone.create();
  const seen = join(clone.path, 'seen');
  await clone.fakeNpx(`echo "$npm_config_cache" > "${seen}"`);
  await mkdir(join(home.path, '.npm/_cacache'), { recursive: true });
  await chmod(join(home.path, '.npm/_cacache'), 0o555);
  const { status } = clone.install({ ...process.env, npm_config_cache: undefined, ...clone.with(home) });
  expect(status).toBe(0);
  expect(await readFile(seen, 'utf8')).toBe(`${clone.path}/.cache/npm_config_cache\n`);
});

it("the installation prints pnpm's progress", async () => {
  await using clone = await Clone.create();
  await clone.fakeNpx('echo "Progress: resolved 9, reused 2, downloaded 4, added 6"');
  expect(clone.install({ ...process.env, ...clone.with(clone) }).stderr).toContain(
    '\nProgress: resolved 9, reused 2, downloaded 4, added 6\n',
  );
});

it.each([
  ['ENOSPC: no space left on device', 'the disk is full. Free some space and try again'],
  [
    'getaddrinfo EAI_AGAIN registry',
    'the registry of npm cannot be reached. Check the network or the proxy and try again',
  ],
  ["EACCES: permission denied, mkdir '/store'", 'a file above cannot be written. Change its owner and try again'],
])('if pnpm fails with "%s", the installation prints the cause after the error of pnpm', async (error, cause) => {
  await using clone = await Clone.create();
  await clone.fakeNpx(`echo "${error}" >&2; exit 1`);
  const { status, stderr } = clone.install({ ...process.env, ...clone.with(clone) });
  expect(stderr).toContain(`${error}\nInstalling failed, because ${cause}.\n`);
  expect(status).toBe(1);
});

it('the installation reports that npx is missing', async () => {
  await using clone = await Clone.create();
  const { status, stderr } = clone.install({ ...process.env, PATH: clone.path });
  expect(stderr).toMatch(/\nnpx cannot be run: .*ENOENT\. It is a part of npm, which comes with Node\.js\.\n$/);
  expect(status).toBe(1);
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

/** A clone without packages, owned by an account that is not root. */
class Clone {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Clone> {
    const path = await mkdtemp(join(tmpdir(), 'parley-clone-'));
    for (const folder of ['packages/stack/bin', 'services']) await mkdir(join(path, folder), { recursive: true });
    await cp(join(root, 'packages/stack/bin/install.mjs'), join(path, 'packages/stack/bin/install.mjs'));
    const files = {
      'package.json': '{"packageManager":"pnpm@0.0.0"}',
      'pnpm-lock.yaml': '',
      'pnpm-workspace.yaml': '',
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
    if (account.uid !== undefined) await chown(path, account.uid, account.gid);
    return new Clone(path);
  }

  /** Writes the shell script that runs in place of npx. */
  async fakeNpx(script: string): Promise<void> {
    await writeFile(join(this.path, 'npx'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Returns the environment that selects the script of `fakeNpx` and a home folder. */
  with(home: Clone): { HOME: string; PATH: string } {
    return { HOME: home.path, PATH: `${this.path}:${process.env.PATH}` };
  }

  install(env: NodeJS.ProcessEnv = process.env) {
    const options = { cwd: this.path, encoding: 'utf8', env, ...account } as const;
    return spawnSync(process.execPath, ['packages/stack/bin/install.mjs'], options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await chmod(this.path, 0o755);
    await rm(this.path, { recursive: true, force: true });
  }
}
