import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Parley } from '@parley/client';
import { root, temporaryFolder } from '@parley/stack';

const execute = promisify(execFile);

/** The previous release: its version, and the Git commit of its sources. */
const { version, commit } = JSON.parse(readFileSync(new URL('./previous-release.json', import.meta.url), 'utf8')) as {
  version: string;
  commit: string;
};

/** Returns why this machine cannot build the previous release. Undefined if it can. */
export async function whyNoOldRelease(): Promise<string | undefined> {
  const present = execute('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root });
  return await present.then(
    () => undefined,
    () => `The history of this clone lacks ${commit} (release ${version}): fetch the whole history.`,
  );
}

/** The services and the SDK of the previous release, which are built in a temporary folder. */
export class OldRelease implements AsyncDisposable {
  readonly folder: string;
  readonly #remove: () => Promise<void>;

  private constructor(folder: string, remove: () => Promise<void>) {
    this.folder = folder;
    this.#remove = remove;
  }

  /**
   * Extracts the sources of the release from the Git history, installs their packages and builds
   * them.
   */
  static async build(): Promise<OldRelease> {
    const { path, remove } = await temporaryFolder('old-release');
    const archive = join(path, 'sources.tar');
    const sources = ['.', ':!*.png', ':!test', 'test/package.json'];
    await execute('git', ['archive', '--output', archive, commit, ...sources], { cwd: root });
    await execute('tar', ['-xf', archive, '-C', path]);
    await execute(process.execPath, ['packages/stack/bin/install.mjs'], { cwd: path });
    await execute(process.execPath, ['--input-type=module', '--eval', buildAll], { cwd: path });
    return new OldRelease(path, remove);
  }

  /** Runs the database migrations of the release. Rejects with their output if they fail. */
  async migrate(databaseUrl: string): Promise<void> {
    const env = { ...process.env, DATABASE_URL: databaseUrl };
    await execute(process.execPath, [join(this.folder, 'services/api/dist/migrate.js')], { cwd: this.folder, env });
  }

  /** Returns the client class of the release's SDK. */
  async client(): Promise<typeof Parley> {
    return (await import(/* @vite-ignore */ pathToFileURL(join(this.folder, 'sdk.js')).href)).Parley;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#remove();
  }
}

/**
 * Script that builds everything. It calls `exit`, because otherwise the process of esbuild would
 * keep it alive.
 */
const buildAll = `
  const { build, buildOne } = await import('./packages/stack/bin/build.mjs');
  await build();
  await buildOne('packages/client/src/index.ts', 'sdk.js');
  process.exit(0);
`;
