import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findPrometheus, root } from '@parley/stack';
import { lineOf, writePage } from './page.ts';
import { passed, runOutages } from './run.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    installations: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
const report = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
const tools = await findPrometheus(report);
if (!tools) process.exit(2);
const results = await runOutages(tools, {
  count: Number(values.installations),
  only: values.only,
  observed: (result) => report(lineOf(result)),
});
process.stdout.write(`${results.map(lineOf).join('\n')}\n`);
if (values.write && values.only === undefined) {
  const page = writePage(results, new Date().toISOString().slice(0, 10));
  await writeFile(join(root, 'deploy/guides/outages.md'), page);
}
process.exit(results.every(passed) ? 0 : 1);
