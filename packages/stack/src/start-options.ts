import { parseArgs } from 'node:util';

export const help = `npm start -- [options]

Runs all of Parley on this machine: PostgreSQL, Redis, the api, gateways and the recorder.

  --port <port>      port of the api; the gateways take those after it (8080)
  --gateways <n>     how many gateways (2)
  --data <folder>    where data and logs live (.data)
  --host <address>   address to listen at (127.0.0.1)
  --watch            restart a service when its bundle changes (npm run dev)
  --inspect          open a debugger port per service: 9229 and the ones after it
  --help

DATABASE_URL and REDIS_URL name servers to use instead of starting some. Every setting of
the services may be given in the environment as well.`;

/**
 * Reads the command-line options of `npm start`.
 *
 * @throws BadOption with a message for the user
 */
export function readStartOptions(args: string[]): StartOptions {
  const { port, gateways, data, host, help, watch, inspect } = parse(args);
  const options = {
    port: wholeNumber('--port', port, 1, 65_535),
    gateways: wholeNumber('--gateways', gateways, 1, 64),
    ...{ data, host, help, watch, inspect },
  };
  if (!data) throw new BadOption('--data must name a folder');
  if (options.port + options.gateways > 65_535) throw new BadOption('--port leaves no ports for the gateways');
  return options;
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8080' },
        gateways: { type: 'string', default: '2' },
        data: { type: 'string', default: '.data' },
        host: { type: 'string', default: '127.0.0.1' },
        help: { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        inspect: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new BadOption(`${(error as Error).message.split('. ')[0]}. See npm start -- --help`);
  }
}

/** Returns the number in an option. Throws `BadOption` if it is not from `min` to `max`. */
export function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new BadOption(`${name} must be a whole number from ${min} to ${max}, not ${text}`);
}

/** Thrown if a command-line option is invalid. */
export class BadOption extends Error {
  override name = 'BadOption';
}

export interface StartOptions {
  port: number;
  gateways: number;
  data: string;
  host: string;
  help: boolean;
  /** Whether to restart a service when its bundle has changed. */
  watch: boolean;
  /** Whether each service opens a debugger port. */
  inspect: boolean;
}
