import { readMetric } from '../../balancer/metrics.ts';
import { checkRows, connectPairs, type Measurement, measure, type RowCheck } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';
import type { System } from '../systems/system.ts';

/**
 * Measures the CPU per message with 1, 2 and 4 gateways, and with 1, 2 and 3 Redis masters.
 * Everything runs on this machine. Therefore the result shows whether the CPU per message grows
 * with the number of servers, but not what throughput several machines would reach.
 */
export async function scale(options: Options, report: (line: string) => void): Promise<ScaleResult[]> {
  const results: ScaleResult[] = [];
  for (const { gateways, masters } of SIZES) {
    report(`${gateways} gateways, ${masters} Redis masters`);
    await using system = await startParley({ gateways, masters });
    await using load = await connectPairs(system, options.pairs);
    const warmup = await measure(system, load, { window: WINDOW, seconds: options.warmup }, options);
    const before = await heard(system);
    const run = await measure(system, load, { window: WINDOW, seconds: options.seconds }, options);
    const reached = ((await heard(system)) - before) / run.sent;
    const database = await checkRows(system, warmup.acked + run.acked);
    results.push({ gateways, masters, window: WINDOW, run, reached, database });
  }
  return results;
}

/** Number of unacknowledged messages that each sender can have. */
const WINDOW = 8;

const SIZES = [
  { gateways: 1, masters: 1 },
  { gateways: 2, masters: 1 },
  { gateways: 4, masters: 1 },
  { gateways: 2, masters: 2 },
  { gateways: 2, masters: 3 },
];

/**
 * Returns how many messages the gateways have received from Redis channels, including the messages
 * with which gateways probe the connection.
 */
async function heard({ ports }: System): Promise<number> {
  const counts = ports.map((port) => readMetric(`http://127.0.0.1:${port}`, 'parley_channel_messages_total'));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count);
}

/** Formats one column per combination of gateways and masters. */
export function showScale(results: ScaleResult[]): string {
  const row = (name: string, value: (result: ScaleResult) => number | undefined, digits = 1) => [
    name,
    ...results.map((result) => value(result)?.toFixed(digits) ?? '-'),
  ];
  return table([
    ['gateways / Redis masters', ...results.map(({ gateways, masters }) => `${gateways} / ${masters}`)],
    row('acknowledged/s', ({ run }) => run.ackedPerSecond, 0),
    row('CPU us/message: gateways', ({ run }) => run.cpu.gateways),
    row('CPU us/message: redis', ({ run }) => run.cpu.redis),
    row('  gateways and redis', ({ run }) => livePath(run)),
    row('CPU us/message: recorder', ({ run }) => run.cpu.recorder),
    row('CPU us/message: postgres', ({ run }) => run.cpu.postgres),
    row('heard by gateways per message', ({ reached }) => reached, 2),
    row('lost', ({ run, database }) => run.lost + run.unanswered + database.lost, 0),
    row('doubled', ({ run, database }) => run.doubled + database.doubled, 0),
  ]);
}

/** Returns the CPU in us that gateways and Redis use together per message. */
export function livePath({ cpu }: Measurement): number {
  return (cpu.gateways ?? 0) + (cpu.redis ?? 0);
}

export interface ScaleResult {
  gateways: number;
  masters: number;
  /** Number of unacknowledged messages that each sender could have. */
  window: number;
  run: Measurement;
  /**
   * Number of gateways that received each message: two if sender and recipient are on different
   * gateways, otherwise one.
   */
  reached: number;
  database: RowCheck;
}
