import { type Stack, type StackOptions, startStack } from '../stack.ts';
import { testDatabase } from './database.ts';

/**
 * Starts a stack whose PostgreSQL is a database on the server of the test run. Starts faster than a
 * stack with its own PostgreSQL. For tests that do not stop PostgreSQL.
 */
export async function startTestStack(options: StackOptions = {}): Promise<Stack> {
  return startStack({ databaseUrl: await testDatabase(), ...options });
}
