import type { Options } from '../options.ts';
import type { Results } from '../report/results.ts';
import { frames, showFrames } from './frames.ts';
import { groups, showGroups } from './groups.ts';
import { idle, showIdle } from './idle.ts';
import { live, showLive } from './live.ts';
import { rate, showRate } from './rate.ts';
import { search, showSearch } from './search.ts';

/** Every benchmark: measures, adds to the results, and answers what to print. `all` runs them in this order. */
export const benchmarks: Record<string, Benchmark> = {
  live: async (options, report, results) => {
    results.live = await live(options, report);
    return showLive(results.live);
  },
  rate: async (options, report, results) => {
    results.rate = await rate(options, report);
    return showRate(results.rate);
  },
  idle: async (options, report, results) => {
    results.idle = await idle(options, report);
    return showIdle(results.idle);
  },
  groups: async (options, report, results) => {
    results.groups = await groups(options, report);
    return showGroups(results.groups);
  },
  search: async (options, report, results) => {
    results.search = await search(options, report);
    return showSearch(results.search);
  },
  frames: async (_options, _report, results) => {
    results.frames = frames();
    return showFrames(results.frames);
  },
};

/** `report` hears what is being done. */
export type Benchmark = (options: Options, report: (line: string) => void, results: Results) => Promise<string>;
