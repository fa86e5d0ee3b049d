import { startPostgres } from '@parley/stack';
import type { TestProject } from 'vitest/node';

/** Starts one PostgreSQL for the whole test run. Test files create their own databases in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ args: ['fsync=off', 'max_connections=300'] });
  project.provide('postgres', postgres.url);
  return () => postgres.stop();
}

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the test run's PostgreSQL, for a user that can create databases. */
    postgres: string;
  }
}
