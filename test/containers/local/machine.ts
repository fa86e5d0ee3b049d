import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres, findRedis, onPath } from '@parley/stack';
import { docker } from '../docker.ts';

const run = promisify(execFile);

const name = 'parley-local/machine';

/**
 * Creates an image from Node.js, Redis, PostgreSQL and a shell of this machine, and returns the
 * image's name.
 *
 * @throws Error if a program is missing
 */
export async function importMachine(work: string): Promise<string> {
  const tree = join(work, 'machine');
  const postgres = await findPostgres();
  const redis = await findRedis();
  if (redis.kind !== 'native') throw new Error('Redis is not installed on this machine');
  for (const folder of ['bin', 'etc', 'lib', 'tmp', 'usr/local/bin'])
    await mkdir(join(tree, folder), { recursive: true });
  await chmod(join(tree, 'tmp'), 0o1777);
  await writeFile(join(tree, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nstore:x:999:999::/:/bin/sh\n');

  const shell = await onPath('sh');
  if (!shell) throw new Error('sh is not installed on this machine');
  await copyFile(shell, join(tree, 'bin/sh'));
  for (const path of [process.execPath, redis.command])
    await copyFile(path, join(tree, 'usr/local/bin', basename(path)));
  const postgresFolder = dirname(dirname(postgres.postgres));
  await cp(postgresFolder, join(tree, 'usr/local/postgres'), { recursive: true, verbatimSymlinks: true });

  const binaries = [shell, process.execPath, redis.command, postgres.postgres, postgres.initdb];
  for (const library of await librariesOf(binaries, redis.libraries)) {
    if (library.startsWith(postgresFolder)) continue;
    // Copies the dynamic loader to the path that programs contain. The loader then finds the other
    // libraries in /lib.
    const target = basename(library).startsWith('ld-') ? join(tree, library) : join(tree, 'lib', basename(library));
    await mkdir(dirname(target), { recursive: true });
    await copyFile(await realpath(library), target);
  }
  const archive = join(work, 'machine.tar');
  await run('tar', ['--owner=0', '--group=0', '-C', tree, '-cf', archive, '.']);
  const path = 'ENV PATH=/usr/local/bin:/usr/local/postgres/bin:/bin';
  await docker(['import', '--change', path, archive, name]);
  return name;
}

/** Returns the paths of the shared libraries that these programs load. */
async function librariesOf(programs: string[], folder: string | undefined): Promise<Set<string>> {
  const env = { ...process.env, ...(folder && { LD_LIBRARY_PATH: folder }) };
  const { stdout } = await run('ldd', programs, { env });
  return new Set([...stdout.matchAll(/^\t(?:.* => )?(\/\S+) \(0x/gm)].map(([, path]) => path ?? ''));
}
