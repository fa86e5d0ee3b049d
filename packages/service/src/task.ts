import type { Environment } from './env/read-env.ts';
import { createLog, type Log } from './log.ts';

/**
 * Runs a process that ends when its task is done. Exits with 0, or with 1 after an error, which is
 * logged and printed in one line on standard error. A signal ends it at once, so its task must be
 * safe to repeat.
 */
export async function runTask({ name, run, env = process.env }: TaskOptions): Promise<void> {
  const log = createLog({ name });
  // The first process of a container ignores signals that it does not handle.
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
