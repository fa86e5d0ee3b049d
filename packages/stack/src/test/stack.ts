import { type Stack, type StackOptions, startStack } from '../stack.ts';
import { testDatabase } from './database.ts';

/**
 * Starts a stack on a database of the test run's PostgreSQL. That costs less than a PostgreSQL of
 * its own, for tests that do not stop it.
 */
export async function startTestStack(options: StackOptions = {}): Promise<Stack> {
  return startStack({ databaseUrl: await testDatabase(), ...options });
}
