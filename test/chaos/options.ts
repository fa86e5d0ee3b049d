import { parseArgs } from 'node:util';

/**
 * Reads the command line.
 *
 * @throws Error with a sentence about the mistake
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

/** The options of a run. */
export interface Options {
  /** The same seed produces the same schedule of faults. */
  seed: number;
  /** Seconds for which the simulated users write. */
  seconds: number;
  /** Number of devices. */
  clients: number;
  /** Messages per second of all devices together. */
  rate: number;
  /** Average seconds between two faults. */
  every: number;
  /** Only faults whose name contains one of these texts are used. Default: all. */
  only?: string | undefined;
  /** Whether Redis is a cluster instead of one server with a replica. */
  cluster: boolean;
  /** The file for the report. Default: none. */
  report?: string | undefined;
}
