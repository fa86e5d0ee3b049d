import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrate } from '@parley/database';
import { createDataFolder } from '../data-folder.ts';
import { startDatabases } from '../databases.ts';
import { root } from '../root.ts';
import { readSecrets } from '../secrets.ts';

const run = promisify(execFile);

/**
 * Creates a data folder from a copy that `backup` has written, and reconciles its Redis with its
 * PostgreSQL. `npm start` then continues with it.
 *
 * @throws DataExists if the data folder contains data already
 */
export async function restore(folder: string, data: string, report: (line: string) => void): Promise<void> {
  const { REDIS_URL: redisUrl, DATABASE_URL: databaseUrl } = process.env;
  const dataDir = createDataFolder(data);
  if (['secrets.json', 'postgres', 'redis'].some((name) => existsSync(join(dataDir, name)))) throw new DataExists(data);
  for (const name of ['secrets.json', 'media', 'demo']) {
    if (existsSync(join(folder, name))) await cp(join(folder, name), join(dataDir, name), { recursive: true });
  }
  if (existsSync(join(folder, 'redis')))
    await cp(join(folder, 'redis'), join(dataDir, 'redis/appendonlydir'), { recursive: true });
  if (existsSync(join(folder, 'postgres.tar'))) {
    const target = join(dataDir, 'postgres/data');
    await mkdir(target, { recursive: true, mode: 0o700 });
    await run('tar', ['-xpf', join(folder, 'postgres.tar'), '-C', target]);
    // Root runs PostgreSQL as this account. `nobody:` includes the group of the account.
    if (process.getuid?.() === 0) await run('chown', ['-R', 'nobody:', target]);
  }
  const { postgres: password } = await readSecrets(dataDir);
  const databases = await startDatabases({ folder: dataDir, dataDir, password, redisUrl, databaseUrl, report });
  try {
    await migrate(databases.databaseUrl);
    report('Reconciling Redis with PostgreSQL');
    const env = { ...process.env, DATABASE_URL: databases.databaseUrl, REDIS_URL: databases.redisUrl };
    await run(process.execPath, [join(root, 'services/recorder/dist/reconcile.js')], { env, timeout: 600_000 });
  } finally {
    await databases.stop();
  }
}

/** Thrown if the data folder of a restore contains data already. */
class DataExists extends Error {
  override name = 'DataExists';

  constructor(data: string) {
    super(`${data} contains data already. Choose another folder with --data.`);
  }
}
