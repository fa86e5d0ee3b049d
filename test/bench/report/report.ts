import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { resultsFolder } from './folder.ts';
import type { Machine } from './machine.ts';
import type { Results } from './results.ts';
import type { Target } from './targets.ts';

/**
 * Writes a report as JSON. Writes a temporary file and renames it, so that no reader sees half a
 * report. Default path: `latest.json` in the folder for results.
 */
export async function writeReport(report: Report, path = join(resultsFolder, 'latest.json')) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(report, round, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

/** Rounds a figure to four digits, because no machine reproduces more digits. */
function round(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}

interface Report {
  /** ISO 8601. */
  date: string;
  machine: Machine;
  options: object;
  results: Results;
  targets: Target[];
}
