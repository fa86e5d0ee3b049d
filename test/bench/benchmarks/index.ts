import type { Options } from '../options.ts';
import type { Results } from '../report/results.ts';
import { connections, showConnections } from './connections.ts';
import { features, showFeatures } from './features.ts';
import { frames, showFrames } from './frames.ts';
import { groups, showGroups } from './groups.ts';
import { hostile, showHostile } from './hostile.ts';
import { idle, showIdle } from './idle.ts';
import { importing, showImport } from './import.ts';
import { live, showLive } from './live.ts';
import { overload } from './overload.ts';
import { rate, showRate } from './rate.ts';
import { roll, showRoll } from './roll.ts';
import { scale, showScale } from './scale.ts';
import { search, showSearch } from './search.ts';
import { showOverload } from './show-overload.ts';
import { showSockets, sockets } from './sockets.ts';
import { showStreams, streams } from './streams.ts';
import { showWeb, web } from './web.ts';

/**
 * All benchmarks by name. Each one measures, stores its figures in the results and returns the text
 * to print. `all` runs those that are not in `apart`, in this order.
 */
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
  sockets: async (options, report, results) => {
    results.sockets = await sockets(options, report);
    return showSockets(results.sockets);
  },
  search: async (options, report, results) => {
    results.search = await search(options, report);
    return showSearch(results.search);
  },
  import: async (_options, report, results) => {
    results.import = await importing(report);
    return showImport(results.import);
  },
  roll: async (options, report, results) => {
    results.roll = await roll(options, report);
    return showRoll(results.roll);
  },
  scale: async (options, report, results) => {
    results.scale = await scale(options, report);
    return showScale(results.scale);
  },
  connections: async (options, report, results) => {
    results.connections = await connections(options, report);
    return showConnections(results.connections);
  },
  overload: async (options, report, results) => {
    results.overload = await overload(options, report);
    return showOverload(results.overload);
  },
  hostile: async (options, report, results) => {
    results.hostile = await hostile(options, report);
    return showHostile(results.hostile);
  },
  streams: async (_options, report, results) => {
    results.streams = await streams(report);
    return showStreams(results.streams);
  },
  features: async (options, report, results) => {
    results.features = await features(options, report);
    return showFeatures(results.features);
  },
  web: async (_options, report, results) => {
    results.web = await web(report);
    return showWeb(results.web);
  },
  frames: async (_options, _report, results) => {
    results.frames = frames();
    return showFrames(results.frames);
  },
};

/** Benchmarks that `all` leaves out, because they need several minutes and a large machine. */
export const apart = ['roll', 'scale', 'connections', 'overload', 'hostile', 'sockets', 'features'];

/** `report` receives one line of text for each step of the benchmark. */
export type Benchmark = (options: Options, report: (line: string) => void, results: Results) => Promise<string>;
