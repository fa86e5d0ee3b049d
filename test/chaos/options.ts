import { parseArgs } from 'node:util';

/**
 * Parses the command line.
 *
 * @throws Error whose message explains the mistake
 */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '120' },
      clients: { type: 'string', default: '120' },
      rate: { type: 'string', default: '350' },
      every: { type: 'string', default: '8' },
      only: { type: 'string' },
      cluster: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  const whole = (name: 'seed' | 'seconds' | 'clients' | 'rate' | 'every', least: number) => {
    const number = Number(values[name]);
    if (!Number.isSafeInteger(number) || number < least)
      throw new Error(`--${name} takes whole numbers from ${least}, not ${values[name]}`);
    return number;
  };
  return {
    seed: whole('seed', 0),
    seconds: whole('seconds', 10),
    clients: whole('clients', 10),
    rate: whole('rate', 1),
    every: whole('every', 1),
    only: values.only,
    cluster: values.cluster,
    report: values.report,
  };
}

/** Options of a chaos run. */
export interface Options {
  /** Seed of the random numbers. The same seed produces the same schedule of faults. */
  seed: number;
  /** Seconds during which the simulated users write. */
  seconds: number;
  /** Number of devices. */
  clients: number;
  /** Messages per second that all devices write together. */
  rate: number;
  /** Average number of seconds between two faults. */
  every: number;
  /** Causes only faults whose name contains this string. Default: all faults. */
  only?: string | undefined;
  /** Whether Redis is a cluster. Otherwise, it is one server with a replica. */
  cluster: boolean;
  /** Path of the file for the report. Default: no file is written. */
  report?: string | undefined;
}
