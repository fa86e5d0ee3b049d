import { parseArgs } from 'node:util';
import { fuzz } from './run.ts';
import { show } from './show.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    frames: { type: 'string', default: '1000000' },
    requests: { type: 'string', default: '100000' },
  },
});
const [seed, frames, requests] = [values.seed, values.frames, values.requests].map(Number) as [number, number, number];
if (![seed, frames, requests].every(Number.isSafeInteger)) throw new Error('--seed, --frames and --requests are whole');

process.stdout.write(`npm run fuzz -- --seed ${seed} --frames ${frames} --requests ${requests}\n`);
const report = (line: string) => process.stderr.write(`${line}\n`);
const figures = await fuzz({ seed, frames, requests, report });
process.stdout.write(show(figures));
process.exitCode = figures.faults.length === 0 ? 0 : 1;
