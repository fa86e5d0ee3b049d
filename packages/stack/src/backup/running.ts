import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Databases } from '../databases.ts';

/** The servers that a running `npm start` has started on its data folder. */
export interface Running {
  /** URL of its Redis. Undefined if REDIS_URL selects another one. */
  redis?: string | undefined;
  /** URL of its PostgreSQL. Undefined if DATABASE_URL selects another one. */
  postgres?: string | undefined;
}

/**
 * Stores the addresses of the servers in the data folder, in a file that only its owner can read.
 */
export function noteRunning(dataDir: string, { redis, redisUrl, postgres }: Databases): void {
  const running: Running = { redis: redis.length > 0 ? redisUrl : undefined, postgres: postgres?.url };
  writeFileSync(fileOf(dataDir), JSON.stringify(running), { mode: 0o600 });
}

export function forgetRunning(dataDir: string): void {
  rmSync(fileOf(dataDir), { force: true });
}

/**
 * Returns the servers that run on a data folder.
 *
 * @throws NotRunning if none do
 */
export function readRunning(dataDir: string): Running {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Running;
  } catch {
    throw new NotRunning(dataDir);
  }
}

/** Thrown if Parley does not run on a data folder. */
class NotRunning extends Error {
  override name = 'NotRunning';

  constructor(dataDir: string) {
    super(`Parley does not run on ${dataDir}. Start it first, or copy the folder while Parley is stopped.`);
  }
}

const fileOf = (dataDir: string): string => join(dataDir, 'running.json');
