import { parseArgs } from 'node:util';
import { CliError } from './server-client.ts';

/**
 * Returns whether the arguments contain `--json`.
 *
 * @param command name of the command, for the usage message
 * @throws CliError for any other argument
 */
export function readJsonFlag(command: string, argv: readonly string[]): boolean {
  try {
    const { values } = parseArgs({ args: [...argv], options: { json: { type: 'boolean', default: false } } });
    return values.json;
  } catch (error) {
    throw new CliError(`${(error as Error).message}\nUsage: parley ${command} [--json]`, 2);
  }
}
