import { parseArgs } from 'node:util';
import { CliError } from './server-client.ts';

/**
 * Returns whether `--json` is given.
 *
 * @param command its name, for the usage
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
