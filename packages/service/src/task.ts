import type { Environment } from './env/read-env.ts';
import { createLog, type Log } from './log.ts';

/**
 * Runs a process that does one thing and ends: exit 0 when it is done, 1 when it failed, which is told in the log and in one line on
 * standard error. A signal ends it at once, as it would any program, so what it does must bear that.
 */
export async function runTask({ name, run, env = process.env }: TaskOptions): Promise<void> {
  const log = createLog({ name });
  // The first process of a container is not ended by signals that it does not handle.
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
  /** Names the process in its log. */
  name: string;
  /** Does the thing. */
  run(task: { env: Environment; log: Log }): Promise<void>;
  /** `process.env` when absent. */
  env?: Environment;
}
