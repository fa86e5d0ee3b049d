// Writes durations.json from the JSON report of a complete test run:
//   npm test -- --reporter=json --outputFile.json=FILE && node test/durations.mjs FILE
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Minimum seconds of a test file in durations.json. The order of faster files does not matter. */
const LEAST_SECONDS = 5;

const root = fileURLToPath(new URL('..', import.meta.url));
const [report] = process.argv.slice(2);
if (report === undefined) throw new Error('Usage: node test/durations.mjs FILE');
const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
const seconds = new Map();
for (const { name, startTime, endTime } of testResults) {
  const file = relative(root, name);
  seconds.set(file, Math.max(seconds.get(file) ?? 0, Math.round((endTime - startTime) / 1000)));
}
const slow = [...seconds].filter(([, time]) => time >= LEAST_SECONDS).sort(([, a], [, b]) => b - a);
writeFileSync(new URL('durations.json', import.meta.url), `${JSON.stringify(Object.fromEntries(slow), null, 2)}\n`);
