import { setTimeout as delay } from 'node:timers/promises';
import type { Counts } from '../../overload/hostile/crew.ts';
import { startLoad } from '../load/load.ts';
import type { Outcome } from '../load/run.ts';
import { peaksOf } from '../measure/memory.ts';
import { memoryLimits } from '../measure/memory-limits.ts';
import { connectPairs } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { table } from '../report/table.ts';
import { startParley } from '../systems/parley.ts';

/**
 * Measures how much hostile users disturb others. Pairs of honest users write at a fixed rate,
 * alternately alone and beside eight hostile users, while all limits have their defaults. Reports
 * the latency of the pairs, and the memory of each process against its limit in the Kubernetes
 * manifests.
 */
export async function hostile(options: Options, report: (line: string) => void): Promise<HostileResult> {
  await using system = await startParley({ limited: true });
  await using honest = await connectPairs(system, options.pairs);
  await using attackers = startLoad('parley');
  const gateways = system.ports.map((port) => `ws://127.0.0.1:${port}`);
  await attackers.gatherCrew({ api: system.apiUrl ?? '', gateways });
  const { seconds } = options;
  const plan = { rate: options.pairs, seconds };
  report(`${options.pairs} pairs, ${plan.rate} messages/s`);
  await honest.run({ ...plan, seconds: options.warmup });
  const processes = processesOf(system.processes);
  const quiet: Outcome[] = [];
  const attacked: Outcome[] = [];
  let counts: Counts = {};
  const { peaks } = await peaksOf(
    processes.map(({ pid }) => pid),
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        report('  without hostile users');
        quiet.push(await honest.run(plan));
        report('  beside eight hostile users');
        // Starts the attack before the measurement and ends it later, so that the whole measurement
        // is under attack.
        const attack = attackers.attack(seconds + LEAD);
        await delay((LEAD / 2) * 1000);
        attacked.push(await honest.run(plan));
        counts = await attack;
        await system.recorded();
        // Waits until work that the attackers caused, such as decoding pictures, is done before the
        // next run.
        await delay(REST * 1000);
      }
    },
  );
  const p99 = (runs: Outcome[]) => median(runs.map(({ latency }) => latency.p99));
  const limits = memoryLimits();
  return {
    ...{ pairs: options.pairs, rate: plan.rate, quiet, attacked, counts },
    ratio: p99(attacked) / p99(quiet),
    memory: processes.map(({ name, part }, i) => ({ name, peak: peaks[i] as number, limit: limits[part] })),
  };
}

/** Number of measured runs with, and of those without, hostile users. */
const ROUNDS = 3;

/** Seconds between an attack and the next run without an attack. */
const REST = 10;

/** Number of seconds by which an attack is longer than the measured run. */
const LEAD = 4;

function processesOf(processes: Awaited<ReturnType<typeof startParley>>['processes']): Process[] {
  return Object.keys(memoryLimits()).flatMap((part) =>
    (processes[part as PartName] ?? []).map((pid, i, { length }) => ({
      name: length > 1 ? `${part} ${i + 1}` : part,
      part: part as PartName,
      pid,
    })),
  );
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Formats a table about the pairs, a table about memory, and the replies that the hostile users
 * got.
 */
export function showHostile({ pairs, rate, quiet, attacked, ratio, memory, counts }: HostileResult): string {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  const all = (runs: Outcome[], value: (run: Outcome) => number, digits = 1) =>
    runs.map((run) => value(run).toFixed(digits)).join(', ');
  const sum = (runs: Outcome[], value: (run: Outcome) => number) =>
    String(runs.reduce((total, run) => total + value(run), 0));
  const row = (name: string, show: (runs: Outcome[]) => string) => [name, show(quiet), show(attacked)];
  return [
    table([
      [`${pairs} honest pairs, ${rate} messages/s`, 'alone', 'beside 8 hostile users'],
      row('end to end p50, ms', (runs) => all(runs, ({ latency }) => latency.p50)),
      row('end to end p99, ms', (runs) => all(runs, ({ latency }) => latency.p99)),
      row('acknowledged', (runs) => sum(runs, ({ acked }) => acked)),
      row('refused', (runs) => sum(runs, ({ refused = 0 }) => refused)),
      row('lost', (runs) => sum(runs, ({ lost, unanswered }) => lost + unanswered)),
      row('doubled, out of order', (runs) => sum(runs, ({ doubled, disordered }) => doubled + disordered)),
    ]),
    `p99 beside hostile users / alone, medians: ${ratio.toFixed(2)}`,
    '',
    table([
      ['memory, with all children', 'at most', 'limit', 'of the limit'],
      ...memory.map(({ name, peak, limit }) => [name, mib(peak), mib(limit), `${((100 * peak) / limit).toFixed(0)} %`]),
    ]),
    '',
    ...Object.entries(counts).map(
      ([act, codes]) =>
        `${act}: ${Object.entries(codes)
          .map(([code, count]) => `${count} x ${code}`)
          .join(', ')}`,
    ),
  ].join('\n');
}

type PartName = keyof ReturnType<typeof memoryLimits>;

interface Process {
  name: string;
  part: PartName;
  pid: number;
}

export interface HostileResult {
  pairs: number;
  /** Messages per second of all honest pairs together. */
  rate: number;
  /**
   * `quiet`: the pairs' runs without hostile users. `attacked`: their runs beside hostile users.
   */
  quiet: Outcome[];
  attacked: Outcome[];
  /**
   * p99 latency beside hostile users divided by the p99 latency without them. Both are medians of
   * the runs.
   */
  ratio: number;
  /**
   * Maximum memory of each process including its child processes, and the process's limit, in
   * bytes.
   */
  memory: { name: string; peak: number; limit: number }[];
  /** Number of replies to the hostile users, by kind of attack and reply code. */
  counts: Counts;
}
