import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const packageFolder = fileURLToPath(new URL('../../packages/client', import.meta.url));

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
   * Packs a package with npm, which builds it, or with pnpm, which packs the last build. Installs
   * the tarball with npm, offline.
   *
   * @param source folder of the package. Default: the client SDK
   */
  static async create(packer: 'npm' | 'pnpm' = 'npm', source = packageFolder): Promise<Installed> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-installed-'));
    const tarball = await pack(packer, source, folder);
    await writeFile(join(folder, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
    await run('npm', ['install', tarball, '--offline', '--no-audit', '--no-fund'], { cwd: folder });
    return new Installed(folder, tarball);
  }

  /** Writes a file, relative to the folder. */
  async write(name: string, text: string): Promise<string> {
    await writeFile(join(this.folder, name), text);
    return join(this.folder, name);
  }

  /** Copies a file or folder to a name, relative to the folder. */
  async copy(from: string, name: string): Promise<string> {
    await cp(from, join(this.folder, name), { recursive: true });
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function pack(packer: 'npm' | 'pnpm', source: string, folder: string): Promise<string> {
  const { packageManager } = JSON.parse(await readFile(join(source, '../../package.json'), 'utf8'));
  const to = ['pack', '--pack-destination', folder];
  if (packer === 'npm') await run('npm', to, { cwd: source });
  else
    await run('npx', ['--yes', packageManager, '--config.pm-on-fail=ignore', '--config.ignore-scripts=true', ...to], {
      cwd: source,
    });
  const [name = ''] = (await readdir(folder)).filter((file) => file.endsWith('.tgz'));
  return join(folder, name);
}
