import { checkRows, connectPairs, type Measurement, measure, type RowCheck } from '../measure/traffic.ts';
import type { Options } from '../options.ts';
import { compare } from '../report/compare.ts';
import { systems } from '../systems/index.ts';
import type { SystemName } from '../systems/system.ts';

/**
 * Measures latency at a fixed rate of messages below the maximum throughput, so that no part is
 * saturated.
 */
export async function rate(options: Options, report: (line: string) => void): Promise<RateResult[]> {
  const results: RateResult[] = [];
  for (const name of options.systems) {
    report(`${systems[name].title}: ${options.rate} messages/s over ${options.pairs} pairs`);
    await using system = await systems[name].start();
    await using load = await connectPairs(system, options.pairs);
    const warmup = await measure(
      system,
      load,
      { rate: options.rate, seconds: options.warmup },
      { ...options, profile: undefined },
    );
    const run = await measure(system, load, { rate: options.rate, seconds: options.seconds }, options);
    results.push({
      system: name,
      rate: options.rate,
      run,
      database: await checkRows(system, warmup.acked + run.acked),
    });
  }
  return results;
}

/** Formats the result of the benchmark as one table. */
export function showRate(results: RateResult[]): string {
  return compare(`${results[0]?.rate} messages/s`, results);
}

export interface RateResult {
  system: SystemName;
  /** Messages per second of all pairs together. */
  rate: number;
  run: Measurement;
  database: RowCheck;
}
