import { checkRows, connectPairs, type Measurement, measure, type RowCheck } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { compare } from '../report/compare.ts';
import { systems } from '../systems/index.ts';
import type { SystemName } from '../systems/system.ts';

/**
 * Measures the maximum throughput between pairs of users on different gateways, once for each
 * window, which is the number of unacknowledged messages that a sender can have.
 */
export async function live(options: Options, report: (line: string) => void): Promise<LiveResult[]> {
  const results: LiveResult[] = [];
  for (const name of options.systems) {
    report(`${systems[name].title}: starting`);
    await using system = await systems[name].start();
    await using load = await connectPairs(system, options.pairs);
    const runs: LiveResult['runs'] = [];
    let acked = 0;
    for (const window of options.windows) {
      report(`${systems[name].title}: ${options.pairs} pairs, window ${window}`);
      const warmup = await measure(
        system,
        load,
        { window, seconds: options.warmup },
        { ...options, profile: undefined },
      );
      const run = await measure(system, load, { window, seconds: options.seconds }, options);
      acked += warmup.acked + run.acked;
      runs.push({ window, ...run });
    }
    results.push({ system: name, runs, database: await checkRows(system, acked) });
  }
  return results;
}

/** Formats one table per window. */
export function showLive(results: LiveResult[]): string {
  const windows = results[0]?.runs.map((run) => run.window) ?? [];
  return windows
    .map((window) =>
      compare(
        `window ${window}`,
        results.map(({ system, runs, database }) => ({
          system,
          run: runs.find((run) => run.window === window) as Measurement,
          database,
        })),
      ),
    )
    .join('\n\n');
}

export interface LiveResult {
  system: SystemName;
  /** One measurement per window. */
  runs: (Measurement & { window: number })[];
  /** The comparison of PostgreSQL's rows with the acknowledged messages, made after all runs. */
  database: RowCheck;
}
