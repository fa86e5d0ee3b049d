import type { Environment } from './env/read-env.ts';
import { createLog, type Log } from './log.ts';

/**
 * Runs a process that ends when its task is done. Exits with 0. After an error, logs it, prints it
 * in one line on standard error, and exits with 1. A signal ends the process at once, so it must be
 * safe to run the task again.
 */
export async function runTask({ name, run, env = process.env }: TaskOptions): Promise<void> {
  const log = createLog({ name });
  // Handles signals, because the first process of a container ignores signals without a handler.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
  try {
    await run({ env, log });
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.message : error}\n`);
    log.fatal({ err: error }, 'failed');
    process.exit(1);
  }
}

export interface TaskOptions {
  /** Name of the process in its log. */
  name: string;
  /** The work. */
  run(task: { env: Environment; log: Log }): Promise<void>;
  /** Default: `process.env`. */
  env?: Environment;
}
