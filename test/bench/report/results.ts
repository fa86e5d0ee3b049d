import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectionsResult } from '../benchmarks/connections.ts';
import type { FramesResult } from '../benchmarks/frames.ts';
import type { GroupsResult } from '../benchmarks/groups.ts';
import type { IdleResult } from '../benchmarks/idle.ts';
import type { LiveResult } from '../benchmarks/live.ts';
import type { OverloadResult } from '../benchmarks/overload.ts';
import type { RateResult } from '../benchmarks/rate.ts';
import type { RollResult } from '../benchmarks/roll.ts';
import type { ScaleResult } from '../benchmarks/scale.ts';
import type { SearchResult } from '../benchmarks/search.ts';
import type { WebResult } from '../benchmarks/web.ts';
import type { Machine } from './machine.ts';
import type { Target } from './targets.ts';

/** Where results go; right both from the source and from the bundle in `packages/stack/dist`, which lie equally deep. */
export const resultsFolder = fileURLToPath(new URL('../../../test/bench/results', import.meta.url));

/** Writes a report as JSON, in one step. */
export async function writeReport(report: Report, path = join(resultsFolder, 'latest.json')) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(report, round, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

/** Four digits say more than any machine repeats. */
function round(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

/** What was measured; only what was asked for. */
export interface Results {
  live?: LiveResult[];
  rate?: RateResult[];
  idle?: IdleResult[];
  frames?: FramesResult[];
  groups?: GroupsResult;
  search?: SearchResult;
  roll?: RollResult;
  scale?: ScaleResult[];
  connections?: ConnectionsResult;
  overload?: OverloadResult;
  web?: WebResult;
}

export interface Report {
  /** ISO 8601. */
  date: string;
  machine: Machine;
  options: object;
  results: Results;
  targets: Target[];
}
