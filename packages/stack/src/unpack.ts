import { execFile } from 'node:child_process';
import { access, constants, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './root.ts';

const run = promisify(execFile);

/**
 * Downloads a program of Debian or Ubuntu with `apt-get download` and unpacks it, without
 * installing it. The target is the folder `name` in the first of these folders that can be written:
 * `$XDG_CACHE_HOME/parley`, `~/.cache/parley`, `.cache` of the repository. Needs no root rights.
 * Root updates the package lists if the download fails. Atomic, so that concurrent calls are safe.
 */
export async function unpacked(wanted: Unpackable, report: (line: string) => void): Promise<Unpacked> {
  const folder = join(await cacheFolder(), wanted.name);
  const command = join(folder, wanted.program);
  if (!(await exists(command))) {
    report(`fetching ${wanted.title} (once, ${wanted.size})`);
    await fetchInto(folder, wanted);
  }
  const libraries = await libraryFolder(folder);
  if (wanted.version) await run(command, wanted.version, { env: { ...process.env, LD_LIBRARY_PATH: libraries } });
  return { command, libraries };
}

async function fetchInto(folder: string, wanted: Unpackable): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await download(work, wanted);
    const packages = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await run('dpkg', ['-x', join(work, name), join(work, 'tree')]);
    await rename(join(work, 'tree'), folder).catch(async (error) => {
      if (!(await exists(join(folder, wanted.program)))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(cwd: string, wanted: Unpackable): Promise<void> {
  try {
    await run('apt-get', ['download', ...(await names(wanted))], { cwd });
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update']);
    await run('apt-get', ['download', ...(await names(wanted))], { cwd });
  }
}

/**
 * Returns the names of the packages to download. Finds library packages by their dependencies,
 * because their names differ between releases.
 */
async function names({ packages, libraries }: Unpackable): Promise<string[]> {
  if (!libraries) return packages;
  const without = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (kind) => `--no-${kind}`,
  );
  const { stdout } = await run('apt-cache', ['depends', '--recurse', ...without, ...packages]);
  return [...packages, ...new Set(stdout.split('\n').filter((name) => libraries.test(name)))];
}

async function libraryFolder(folder: string): Promise<string> {
  const lib = join(folder, 'usr/lib');
  const machine = (await readdir(lib).catch(() => [])).find((name) => name.includes('-linux-'));
  return machine ? join(lib, machine) : lib;
}

/** Returns the first cache folder that can be written. Creates it if it does not exist. */
async function cacheFolder(): Promise<string> {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const folders = [XDG_CACHE_HOME && join(XDG_CACHE_HOME, 'parley'), HOME && join(HOME, '.cache', 'parley')];
  for (const folder of folders) if (folder && (await isWritable(folder))) return folder;
  return join(root, '.cache');
}

async function isWritable(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export interface Unpackable {
  /** Name of the folder. */
  name: string;
  /** Display name. */
  title: string;
  /** Size of the download, to be shown to the user. */
  size: string;
  /**
   * Names of the Debian packages that contain the program, and of dependencies that are missing on
   * small systems.
   */
  packages: string[];
  /** Matches the names of dependencies that are also downloaded. */
  libraries?: RegExp;
  /** Path of the program inside the unpacked packages. */
  program: string;
  /**
   * Arguments with which the program prints its version, which proves that it runs. Undefined for a
   * library.
   */
  version?: string[];
}

export interface Unpacked {
  command: string;
  /** Folder with the libraries of the program. */
  libraries: string;
}
