import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';
import { show } from './show.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    frames: { type: 'string', default: '1000000' },
    requests: { type: 'string', default: '100000' },
    contract: { type: 'string', default: '20' },
  },
});
const numbers = [values.seed, values.frames, values.requests, values.contract].map(Number);
const [seed, frames, requests, contract] = numbers as [number, number, number, number];
if (!numbers.every(Number.isSafeInteger))
  throw new Error('--seed, --frames, --requests and --contract are whole numbers');

process.stdout.write(
  `npm run fuzz -- --seed ${seed} --frames ${frames} --requests ${requests} --contract ${contract}\n`,
);
const report = (line: string) => process.stderr.write(`${line}\n`);
const figures = await fuzz({ seed, frames, requests, contract, report });
process.stdout.write(show(figures));
process.exitCode = figures.faults.length === 0 ? 0 : 1;
