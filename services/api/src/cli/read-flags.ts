import { parseArgs } from 'node:util';
import { CliError } from './server-client.ts';

/**
 * Returns which of the given flags the arguments contain, such as `--json`.
 *
 * @param command name of the command, for the usage message
 * @throws CliError for any other argument
 */
export function readFlags<Flag extends string>(
  command: string,
  argv: readonly string[],
  flags: readonly Flag[],
): Record<Flag, boolean> {
  try {
    const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const, default: false }]));
    return parseArgs({ args: [...argv], options }).values as Record<Flag, boolean>;
  } catch (error) {
    const usage = flags.map((flag) => `[--${flag}]`).join(' ');
    throw new CliError(`${(error as Error).message}\nUsage: parley ${command} ${usage}`, 2);
  }
}
