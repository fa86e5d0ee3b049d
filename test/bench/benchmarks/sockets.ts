import { connectPairs, type Measurement, measure } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';
import { startSocketio } from '../systems/socketio.ts';

/**
 * The systems that the benchmark compares: gateways on each of the two socket libraries, and
 * Socket.IO.
 */
const variants = {
  uws: { title: 'uWebSockets.js', start: () => startParley({ sockets: 'uws' }) },
  node: { title: 'node:http and ws', start: () => startParley({ sockets: 'node' }) },
  socketio: { title: 'Socket.IO', start: startSocketio },
};

/**
 * Compares the CPU of gateways on both socket libraries with that of Socket.IO servers. All three
 * systems run the whole time and are measured in turn, so that other work on the machine disturbs
 * each of them equally.
 */
export async function sockets(options: Options, report: (line: string) => void): Promise<SocketsResult[]> {
  report('starting three systems');
  await using uws = await variants.uws.start();
  await using loadOfUws = await connectPairs(uws, options.pairs);
  await using node = await variants.node.start();
  await using loadOfNode = await connectPairs(node, options.pairs);
  await using socketio = await variants.socketio.start();
  await using loadOfSocketio = await connectPairs(socketio, options.pairs);
  const systems = [
    { name: 'uws', system: uws, load: loadOfUws },
    { name: 'node', system: node, load: loadOfNode },
    { name: 'socketio', system: socketio, load: loadOfSocketio },
  ] as const;
  const results: SocketsResult[] = [];
  for (const window of options.windows) {
    const runs: Record<SocketsVariant, Measurement[]> = { uws: [], node: [], socketio: [] };
    for (let round = 0; round <= options.rounds; round += 1) {
      const isWarmup = round === 0;
      const seconds = isWarmup ? options.warmup : options.seconds;
      // Reverses the order in every second round, so that no system always follows the same one.
      for (const { name, system, load } of round % 2 === 0 ? systems : systems.toReversed()) {
        report(`${variants[name].title}: window ${window}, ${isWarmup ? 'warm-up' : `round ${round}`}`);
        const profile = name === 'node' && !isWarmup ? options.profile : undefined;
        const run = await measure(system, load, { window, seconds }, { ...options, profile });
        if (!isWarmup) runs[name].push(run);
      }
    }
    results.push({ window, runs });
  }
  return results;
}

const names = ['uws', 'node', 'socketio'] as const;

/**
 * Formats one table per window, with the medians of all rounds and the CPU ratios of each round.
 */
export function showSockets(results: SocketsResult[]): string {
  return results
    .map(({ window, runs }) => {
      const row = (title: string, value: (run: Measurement) => number, digits: number) => [
        title,
        ...names.map((name) => median(runs[name].map(value)).toFixed(digits)),
      ];
      const ratios = (title: string, other: SocketsVariant) => [
        title,
        '',
        gatewayRatios({ runs }, other)
          .map((ratio) => ratio.toFixed(2))
          .join(', '),
        '',
      ];
      return table([
        [`window ${window}`, ...names.map((name) => variants[name].title)],
        row('acknowledged/s', (run) => run.ackedPerSecond, 0),
        row('CPU us/message: gateways', gatewayCpu, 1),
        row('CPU us/message: all servers', (run) => run.cpuOfServers, 1),
        row('lost or doubled', (run) => run.lost + run.unanswered + run.doubled, 0),
        ratios('gateway CPU, times that of uWebSockets.js, each round', 'uws'),
        ratios('gateway CPU, times that of Socket.IO, each round', 'socketio'),
      ]);
    })
    .join('\n\n');
}

/**
 * Returns for each round the gateway CPU with `node:http` and `ws`, divided by that of another
 * variant.
 */
export function gatewayRatios({ runs }: Pick<SocketsResult, 'runs'>, other: SocketsVariant): number[] {
  return runs.node.map((run, round) => gatewayCpu(run) / gatewayCpu(runs[other][round] as Measurement));
}

/** Returns the median of the values. NaN without values. */
export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const above = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? above : ((sorted[middle - 1] ?? Number.NaN) + above) / 2;
}

function gatewayCpu(run: Measurement): number {
  return run.cpu.gateways ?? Number.NaN;
}

export type SocketsVariant = keyof typeof variants;

export interface SocketsResult {
  window: number;
  /** For each variant, one measurement per round. */
  runs: Record<SocketsVariant, Measurement[]>;
}
