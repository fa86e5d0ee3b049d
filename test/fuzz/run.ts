import { type ContractFigures, fuzzContract } from './contract/schemathesis.ts';
import { type FrameFigures, fuzzFrames } from './frames/fuzz-frames.ts';
import { fuzzRequests, type RequestFigures } from './requests/fuzz-requests.ts';
import { type Footprint, footprint } from './system/footprint.ts';
import { type Person, startSystem } from './system/system.ts';
import { fuzzTransports, type TransportFigures } from './transports/fuzz-transports.ts';

/**
 * Maximum number of bytes by which the memory of a process can grow after the first tenth of the
 * input.
 */
const GROWTH = 128 * 1024 * 1024;

/**
 * Starts a system and sends random input to it over every transport. Resolves with the figures and
 * faults.
 */
export async function fuzz({
  seed,
  frames,
  requests,
  contract = 0,
  weigh = true,
  report,
}: FuzzOptions): Promise<FuzzFigures> {
  await using system = await startSystem();
  const some = async (frameCount: number, requestCount: number, from: number) => ({
    frames: await fuzzFrames(system, { seed: from, count: frameCount, report }),
    transports: await fuzzTransports(system, { seed: from, count: Math.ceil(frameCount / 20), report }),
    requests: await fuzzRequests(system, { seed: from, count: requestCount, report }),
  });
  // Sends the first tenth of the frames and requests before the first measurement of memory. They
  // fill caches and pools, and this growth is not a leak.
  const first = await some(Math.ceil(frames / 10), Math.ceil(requests / 10), seed);
  const before = weigh ? await footprint(system.stack) : [];
  const rest = await some(Math.floor(frames * 0.9), Math.floor(requests * 0.9), seed + 1);
  const { apiUrl: api, gatewayUrls } = system.stack;
  const signIn = async () => ((await system.pairs(1)) as [[Person, Person]])[0][0].token;
  const checked =
    contract === 0
      ? undefined
      : await fuzzContract({ api, gateway: gatewayUrls[0] as string, signIn, seed, examples: contract });
  if (contract > 0 && checked === undefined) report('schemathesis is not installed: the contract was not checked');
  const after = weigh ? await footprint(system.stack) : [];
  const faults = [
    ...[first, rest].flatMap((part) => [...part.frames.faults, ...part.transports.faults, ...part.requests.faults]),
    ...(checked?.faults ?? []),
    ...system.complaints(),
    ...before.flatMap((was, i) => leaks(was, after[i] as Footprint)),
  ];
  return { parts: [first, rest], contract: checked, before, after, faults };
}

function leaks(was: Footprint, is: Footprint): string[] {
  const shown = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  return [
    ...(is.memory - was.memory > GROWTH ? [`${is.name} grew from ${shown(was.memory)} to ${shown(is.memory)}`] : []),
    ...(is.handles - was.handles > 20 ? [`${is.name} went from ${was.handles} handles to ${is.handles}`] : []),
  ];
}

export interface FuzzOptions {
  seed: number;
  frames: number;
  requests: number;
  /**
   * Maximum number of requests that schemathesis sends to each operation. Default: 0, schemathesis
   * does not run.
   */
  contract?: number;
  /** Whether memory and handles are measured. Default: true. */
  weigh?: boolean;
  /** Called with one line of text for each step. */
  report: (line: string) => void;
}

export interface FuzzFigures {
  parts: { frames: FrameFigures; transports: TransportFigures; requests: RequestFigures }[];
  /** Figures of schemathesis. Undefined if it did not run. */
  contract: ContractFigures | undefined;
  before: Footprint[];
  after: Footprint[];
  /** All observed violations of what Parley promises. Empty if the run passes. */
  faults: string[];
}
