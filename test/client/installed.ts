import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const run = promisify(execFile);
export const packageFolder = fileURLToPath(new URL('../../packages/client', import.meta.url));

/** A folder outside of the workspace in which the SDK is installed as it is published. */
export class Installed {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Installed> {
    const folder = await mkdtemp(join(tmpdir(), 'parley-client-'));
    const target = join(folder, 'node_modules/@parley/client');
    await mkdir(target, { recursive: true });
    await run(process.execPath, [join(packageFolder, 'bin/build.mjs'), join(target, 'dist')]);
    const { publishConfig, name, version, type } = JSON.parse(
      await readFile(join(packageFolder, 'package.json'), 'utf8'),
    );
    await writeFile(join(target, 'package.json'), JSON.stringify({ name, version, type, ...publishConfig }));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    return new Installed(folder);
  }

  /** Writes a file, relative to the folder. */
  async write(name: string, text: string): Promise<string> {
    await writeFile(join(this.folder, name), text);
    return join(this.folder, name);
  }

  async copy(from: string, name: string): Promise<string> {
    await cp(from, join(this.folder, name), { recursive: true });
    return join(this.folder, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
