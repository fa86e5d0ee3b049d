import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@parley/stack';
import type { TestProject } from 'vitest/node';

/**
 * Starts one PostgreSQL for the whole test run. Test files create their own databases in it. Also
 * creates a temporary folder for packed packages, which several test files install.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ args: ['fsync=off', 'max_connections=300'] });
  const packedPackages = await mkdtemp(join(tmpdir(), 'parley-packed-'));
  project.provide('postgres', postgres.url);
  project.provide('packedPackages', packedPackages);
  return async () => {
    await postgres.stop();
    await rm(packedPackages, { recursive: true, force: true });
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the test run's PostgreSQL, for a user that can create databases. */
    postgres: string;
    /** Folder of the packages that test files of this run have packed. */
    packedPackages: string;
  }
}
