import { startPostgres } from '@parley/stack';
import type { TestProject } from 'vitest/node';

/** Starts the one PostgreSQL of a test run; test files take databases of their own from it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({ args: ['fsync=off', 'max_connections=300'] });
  project.provide('postgres', postgres.url);
  return () => postgres.stop();
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the test run's PostgreSQL, with rights to create databases. */
    postgres: string;
  }
}
