import { apart, benchmarks } from './benchmarks/index.ts';
import { readOptions } from './options.ts';
import { machine } from './report/machine.ts';
import { writeReport } from './report/report.ts';
import type { Results } from './report/results.ts';
import { table } from './report/table.ts';
import { targets } from './report/targets.ts';

const { stdout, stderr, argv, platform } = process;

if (platform !== 'linux') throw new Error('The benchmarks read /proc, which only Linux has');
const options = readable();
const where = await machine();
if (where.load > where.cores / 4) stderr.write(`The machine is busy (load ${where.load}): figures come out worse\n`);
const names =
  options.benchmark === 'all' ? Object.keys(benchmarks).filter((name) => !apart.includes(name)) : [options.benchmark];
const results: Results = {};
for (const name of names) {
  const benchmark = benchmarks[name];
  if (!benchmark) throw new Error(`No benchmark ${name}; there are ${Object.keys(benchmarks).join(', ')} and all`);
  stdout.write(`\n${await benchmark(options, (line) => stderr.write(`${line}\n`), results)}\n`);
}

const aims = targets(results);
if (aims.length > 0) {
  const digits = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
  const rows = aims.map(({ name, limit, measured, unit, met }) => [
    `${name}, ${unit}`,
    digits(measured),
    `<= ${digits(limit)}`,
    met ? 'met' : 'missed',
  ]);
  stdout.write(`\n${table([['target', 'measured', 'aim', ''], ...rows])}\n`);
}
await writeReport({ date: new Date().toISOString(), machine: where, options, results, targets: aims }, options.json);

/** Parses the command line. Returns the options, or a sentence about what is wrong. */
function readable() {
  try {
    return readOptions(argv.slice(2));
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
