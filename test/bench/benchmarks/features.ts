import { generateKeyPairSync } from 'node:crypto';
import { connectPairs, type Measurement, measure } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';
import { median } from './sockets.ts';

/**
 * Compares the CPU of a message in two installations. One has no hooks and no push services. The
 * other has both, but no hook for messages, no user with a push device, and no custom data. Both
 * run the whole time and are measured in turn, so that other work on the machine disturbs each of
 * them equally.
 */
export async function features(options: Options, report: (line: string) => void): Promise<FeaturesResult> {
  report('starting two systems');
  await using plain = await startParley();
  await using loadOfPlain = await connectPairs(plain, options.pairs);
  await using offered = await startParley({ env: offers() });
  await using loadOfOffered = await connectPairs(offered, options.pairs);
  const systems = [
    { name: 'plain', system: plain, load: loadOfPlain },
    { name: 'offered', system: offered, load: loadOfOffered },
  ] as const;
  const { rate } = options;
  const result: FeaturesResult = { rate, plain: [], offered: [] };
  for (let round = 0; round <= options.rounds; round += 1) {
    const isWarmup = round === 0;
    const seconds = isWarmup ? options.warmup : options.seconds;
    for (const { name, system, load } of round % 2 === 0 ? systems : systems.toReversed()) {
      report(`${name}: ${isWarmup ? 'warm-up' : `round ${round}`}`);
      const run = await measure(system, load, { rate, seconds }, { ...options, profile: undefined });
      if (!isWarmup) result[name].push(run);
    }
  }
  return result;
}

/** Returns settings with a hook for registrations, and with Web Push. */
function offers(): NodeJS.ProcessEnv {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const hook = { name: 'rules', url: 'https://127.0.0.1/rules', events: ['user.register'], secret };
  return {
    HOOKS: JSON.stringify([hook]),
    PUSH_PUBLIC_KEY: point.toString('base64url'),
    PUSH_PRIVATE_KEY: privateKey.export({ format: 'jwk' }).d,
  };
}

/** Formats the medians of all rounds, and the ratio of each round. */
export function showFeatures({ rate, plain, offered }: FeaturesResult): string {
  const row = (title: string, value: (run: Measurement) => number, digits: number) => [
    title,
    ...[plain, offered].map((runs) => median(runs.map(value)).toFixed(digits)),
  ];
  const ratios = plain.map((run, round) => (offered[round] as Measurement).cpuOfServers / run.cpuOfServers);
  return table([
    [`${rate} messages/s`, 'without hooks and push', 'with both, unused'],
    row('acknowledged/s', (run) => run.ackedPerSecond, 0),
    row('CPU us/message: all servers', (run) => run.cpuOfServers, 1),
    row('lost or doubled', (run) => run.lost + run.unanswered + run.doubled, 0),
    ['CPU, times that without, each round', '', ratios.map((ratio) => ratio.toFixed(2)).join(', ')],
  ]);
}

export interface FeaturesResult {
  /** Messages per second of all pairs together. */
  rate: number;
  /** The installation without hooks and push services. */
  plain: Measurement[];
  offered: Measurement[];
}
