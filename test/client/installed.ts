import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { waitFor } from '@parley/stack';
import { inject } from 'vitest';

export const run = promisify(execFile);
export const packageFolder = fileURLToPath(new URL('../../packages/client', import.meta.url));
const testFolder = fileURLToPath(new URL('..', import.meta.url));

/** A folder outside of the workspace in which a packed package is installed. */
export class Installed {
  readonly folder: string;
  /** Path of the tarball. */
  readonly tarball: string;

  private constructor(folder: string, tarball: string) {
    this.folder = folder;
    this.tarball = tarball;
  }

  /**
   * Packs a package with npm or pnpm, and installs the tarball with npm, offline.
   *
   * @param source folder of the package. Default: the client SDK
   * @param peers folders of other packages that it needs, which are installed too
   */
  static async create(
    packer: 'npm' | 'pnpm' = 'npm',
    source = packageFolder,
    peers: string[] = [],
  ): Promise<Installed> {
    const tarballs: string[] = [];
    for (const each of [...peers, source]) tarballs.push(await packOnce(packer, each));
    const folder = await mkdtemp(join(tmpdir(), 'parley-installed-'));
    await writeFile(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
    // Ignores peer dependencies such as frameworks, because npm's cache lacks them. Tests add them
    // with `link`.
    const options = ['--offline', '--no-audit', '--no-fund', '--legacy-peer-deps'];
    await run('npm', ['install', ...tarballs, ...options], { cwd: folder });
    return new Installed(folder, tarballs.at(-1) as string);
  }

  /** Links a package from the tests' own dependencies, such as a framework. */
  async link(name: string): Promise<void> {
    const at = join(this.folder, 'node_modules', name);
    await mkdir(dirname(at), { recursive: true });
    await symlink(join(testFolder, 'node_modules', name), at);
  }

  /** Writes a file. `name` is relative to the folder of the installation. */
  async write(name: string, text: string): Promise<string> {
    await writeFile(join(this.folder, name), text);
    return join(this.folder, name);
  }

  /** Copies a file or folder. `name` is relative to the folder of the installation. */
  async copy(from: string, name: string): Promise<string> {
    await cp(from, join(this.folder, name), { recursive: true });
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * Builds and packs a package. Resolves with the path of the tarball. A second call in the same test
 * run, also from another process, resolves with the same tarball, because a build takes seconds.
 */
async function packOnce(packer: 'npm' | 'pnpm', source: string): Promise<string> {
  const packed = join(inject('packedPackages'), `${packer}-${basename(source)}`);
  while (!existsSync(packed)) {
    const lock = `${packed}.lock`;
    const isFirst = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!isFirst) {
      await waitFor(() => existsSync(packed) || !existsSync(lock), { timeout: 180_000, interval: 100 });
      continue;
    }
    // Builds a copy of the package, because tests that run at the same time use the original.
    const workspace = await mkdtemp(join(tmpdir(), 'parley-packed-'));
    try {
      await pack(packer, await copyPackage(source, workspace), workspace);
      await mkdir(join(workspace, 'packed'));
      const tarball = await tarballIn(workspace);
      await rename(join(workspace, tarball), join(workspace, 'packed', tarball));
      await rename(join(workspace, 'packed'), packed);
    } finally {
      await rm(workspace, { recursive: true, force: true });
      await rmdir(lock);
    }
  }
  return join(packed, await tarballIn(packed));
}

/**
 * Copies a package without its build into a temporary workspace. The copy uses the original's
 * node_modules.
 */
async function copyPackage(source: string, workspace: string): Promise<string> {
  const root = join(source, '../..');
  for (const file of ['package.json', 'pnpm-workspace.yaml', 'tsconfig.base.json']) {
    await cp(join(root, file), join(workspace, file));
  }
  const copy = join(workspace, relative(root, source));
  const left = [join(source, 'dist'), join(source, 'node_modules')];
  await cp(source, copy, { recursive: true, filter: (path) => !left.includes(path) });
  await symlink(join(source, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Builds the package in the folder `source` and packs it into `folder`. */
async function pack(packer: 'npm' | 'pnpm', source: string, folder: string): Promise<void> {
  const { packageManager } = JSON.parse(await readFile(join(source, '../../package.json'), 'utf8'));
  const to = ['pack', '--pack-destination', folder];
  if (packer === 'npm') await run('npm', to, { cwd: source });
  else {
    // Builds the package here and ignores scripts, because pnpm would check the installed packages
    // before it runs the script `prepack`.
    await run(process.execPath, ['bin/build.mjs'], { cwd: source });
    const options = ['--config.pm-on-fail=ignore', '--config.ignore-scripts=true'];
    await run('npx', ['--yes', packageManager, ...options, ...to], { cwd: source });
  }
}

/** Returns the file name of the tarball in a folder. */
async function tarballIn(folder: string): Promise<string> {
  const name = (await readdir(folder)).find((file) => file.endsWith('.tgz'));
  if (!name) throw new Error(`${folder} contains no tarball`);
  return name;
}
