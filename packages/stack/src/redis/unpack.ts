import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../root.ts';

const run = promisify(execFile);

/**
 * The Redis of this Debian or Ubuntu, fetched with `apt-get download` and unpacked, not installed, into
 * `$XDG_CACHE_HOME/parley/redis`, else `~/.cache/parley/redis`, else `.cache/redis` of the repository. Needs no rights;
 * as root it refreshes empty package lists first. Two at once do not harm each other: the folder appears complete or not at all.
 */
export async function unpackedRedis(report: (line: string) => void): Promise<{ command: string; libraries: string }> {
  const folder = join(cacheFolder(), 'redis');
  const program = { command: join(folder, 'usr/bin/redis-server'), libraries: '' };
  if (!(await exists(program.command))) {
    report('fetching Redis (once, 1.5 MB)');
    await fetchInto(folder);
  }
  program.libraries = await libraryFolder(folder);
  await run(program.command, ['--version'], { env: { ...process.env, LD_LIBRARY_PATH: program.libraries } });
  return program;
}

async function fetchInto(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}-`);
  try {
    await download(work);
    const packages = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    for (const name of packages) await run('dpkg', ['-x', join(work, name), join(work, 'tree')]);
    await rename(join(work, 'tree'), folder).catch(async (error) => {
      if (!(await exists(join(folder, 'usr/bin/redis-server')))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `redis-server` is a link into `redis-tools`; the others are what a small system lacks. */
const packages = ['redis-server', 'redis-tools', 'liblzf1', 'libjemalloc2', 'libatomic1'];

async function download(cwd: string): Promise<void> {
  try {
    await run('apt-get', ['download', ...packages], { cwd });
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update']);
    await run('apt-get', ['download', ...packages], { cwd });
  }
}

async function libraryFolder(folder: string): Promise<string> {
  const lib = join(folder, 'usr/lib');
  const machine = (await readdir(lib)).find((name) => name.includes('-linux-'));
  return machine ? join(lib, machine) : lib;
}

function cacheFolder(): string {
  const { XDG_CACHE_HOME, HOME } = process.env;
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'parley');
  return HOME ? join(HOME, '.cache', 'parley') : join(root, '.cache');
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
