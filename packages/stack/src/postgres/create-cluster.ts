import { chown, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { Child } from '../process/child.ts';
import { postgresAccount } from './account.ts';
import type { PostgresPrograms } from './find.ts';

/**
 * Initialises the data folder of a new PostgreSQL with the superuser `parley`. Atomic: deletes the
 * remains of an interrupted attempt.
 *
 * @throws Error with the line in which `initdb` reports the failure
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
        // Sets encoding and locale, so that letters and sort order are the same on every machine.
        ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ]),
      cwd: '/',
    });
    await initdb.exited;
    if (!initdb.succeeded) throw new Error(failure(initdb));
    await rename(work, data);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Returns the line of `initdb` that names the reason. It may be of any form, as the last line. */
function failure({ output, ending }: Child): string {
  const named = /^.*(error|FATAL|PANIC|No space).*$/m.exec(output)?.[0];
  return named ?? (output.trim().split('\n').at(-1) || `initdb: ${ending}`);
}
