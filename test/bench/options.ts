import { parseArgs } from 'node:util';
import { type Part, parts, type SystemName } from './systems/system.ts';

/**
 * Parses the command line: `[benchmark] [--option value ...]`. Throws an error whose message
 * explains the mistake.
 */
export function readOptions(args: string[]): Options {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
  if (positionals.length > 1) throw new Error(`One benchmark at a time, not ${positionals.join(' ')}`);
  const { only } = values;
  if (only !== undefined && only !== 'parley' && only !== 'socketio') {
    throw new Error('--only takes parley or socketio');
  }
  const profile = parts.find((part) => part === values.profile);
  if (values.profile !== undefined && !profile) throw new Error(`--profile takes one of ${parts.join(', ')}`);
  return {
    benchmark: positionals[0] ?? 'live',
    systems: only ? [only] : ['parley', 'socketio'],
    windows: values.windows.split(',').map((value) => count('--windows', value)),
    pairs: count('--pairs', values.pairs),
    seconds: count('--seconds', values.seconds),
    warmup: count('--warmup', values.warmup),
    rounds: count('--rounds', values.rounds),
    idle: count('--idle', values.idle),
    rate: count('--rate', values.rate),
    members: count('--members', values.members),
    groupRate: count('--group-rate', values['group-rate']),
    clients: count('--clients', values.clients),
    rollRate: count('--roll-rate', values['roll-rate']),
    connections: count('--connections', values.connections),
    json: values.json,
    profile,
  };
}

const options = {
  windows: { type: 'string', default: '1,8,32' },
  pairs: { type: 'string', default: '200' },
  seconds: { type: 'string', default: '10' },
  warmup: { type: 'string', default: '4' },
  rounds: { type: 'string', default: '4' },
  only: { type: 'string' },
  idle: { type: 'string', default: '5000' },
  rate: { type: 'string', default: '2000' },
  members: { type: 'string', default: '200' },
  'group-rate': { type: 'string', default: '20' },
  clients: { type: 'string', default: '2000' },
  'roll-rate': { type: 'string', default: '500' },
  connections: { type: 'string', default: '100000' },
  json: { type: 'string' },
  profile: { type: 'string' },
} as const;

function count(name: string, value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${name} takes whole numbers above 0, not ${value}`);
  return number;
}

export interface Options {
  /** Name of the benchmark. Default: `live`. */
  benchmark: string;
  /** The systems to measure, in this order. Default: both. */
  systems: SystemName[];
  /**
   * Numbers of unacknowledged messages that a sender can have. The benchmark runs once with each.
   * Default: 1, 8 and 32.
   */
  windows: number[];
  /** Number of pairs of users. One user of each pair writes to the other. Default: 200. */
  pairs: number;
  /** Length of a measured run in seconds. Default: 10. */
  seconds: number;
  /** Length in seconds of the warm-up before each measured run. Default: 4. */
  warmup: number;
  /** Number of measured runs of each system in the benchmark `sockets`. Default: 4. */
  rounds: number;
  /** Number of idle connections in the benchmarks `idle` and `overload`. Default: 5000. */
  idle: number;
  /** Messages per second of all pairs together in the benchmark `rate`. Default: 2000. */
  rate: number;
  /** Number of members of the group in the benchmark `groups`. Default: 200. */
  members: number;
  /** Messages per second to the group in the benchmark `groups`. Default: 20. */
  groupRate: number;
  /** Number of clients in the benchmark `roll`. Default: 2000. */
  clients: number;
  /** Messages per second of all clients together in the benchmark `roll`. Default: 500. */
  rollRate: number;
  /**
   * Number of idle connections in the benchmark `connections`, across several gateways. Default:
   * 100,000.
   */
  connections: number;
  /** Path of the file for the results. Default: `test/bench/results/latest.json`. */
  json: string | undefined;
  /**
   * The part (such as gateways) whose first process is profiled during measured runs. The profile
   * is written to `results/<system>-<part>.cpuprofile`. Profiling itself costs CPU.
   */
  profile: Part | undefined;
}
