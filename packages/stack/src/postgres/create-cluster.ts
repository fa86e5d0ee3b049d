import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Child } from '../process/child.ts';
import { postgresAccount } from './account.ts';
import type { PostgresPrograms } from './find.ts';

/**
 * Creates the data folder of a new PostgreSQL, owned by the user `parley`. Atomic: replaces the
 * folder of an interrupted attempt.
 *
 * @throws Error with the failing line of `initdb`
 */
export async function createCluster(data: string, programs: PostgresPrograms, password: string): Promise<void> {
  const [work, passwordFile] = [`${data}.new`, `${data}.password`];
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { mode: 0o700 });
  const command = postgresAccount(work);
  const { uid, gid } = await stat(work);
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    await chown(passwordFile, uid, gid);
    const initdb = new Child({
      ...command(programs.initdb, [
        ...[`--pgdata=${work}`, '--username=parley', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--no-sync'],
        // The same letters and sort order on every machine.
        ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ]),
      cwd: '/',
    });
    await initdb.exited;
    if (!initdb.succeeded)
      throw new Error(/^.*(error|FATAL|PANIC|No space).*$/m.exec(initdb.output)?.[0] ?? `initdb: ${initdb.ending}`);
    await rename(work, data);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}
