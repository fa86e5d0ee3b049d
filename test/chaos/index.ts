import { readOptions } from './options.ts';
import { runChaos } from './run.ts';

const options = readOptions(process.argv.slice(2));
const outcome = await runChaos(options, (line) =>
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`),
);
process.stdout.write(
  `${JSON.stringify({ ...outcome, strikes: outcome.strikes.length, faults: outcome.faults.slice(0, 20), missed: outcome.missed.length }, null, 1)}\n`,
);
process.exit(outcome.faults.length === 0 && outcome.database.every(({ faults }) => faults === 0) ? 0 : 1);
