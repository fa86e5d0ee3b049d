import { parseArgs } from 'node:util';

/** Reads the command line. @throws Error with a sentence that names what is wrong */
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

/** What a run is made of. */
export interface Options {
  /** The same seed makes the same schedule of faults. */
  seed: number;
  /** For how long people write. */
  seconds: number;
  /** How many devices. */
  clients: number;
  /** Messages a second, of all together. */
  rate: number;
  /** Seconds from one fault to the next, on average. */
  every: number;
  /** What the names of the faults that strike have in them; all strike when absent. */
  only?: string | undefined;
  /** A Redis Cluster instead of one server with a replica. */
  cluster: boolean;
  /** Where the report goes; none is written when absent. */
  report?: string | undefined;
}
