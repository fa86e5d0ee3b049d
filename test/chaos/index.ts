import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readOptions } from './options.ts';
import { passed, writeMarkdown } from './report/markdown.ts';
import { runChaos } from './run.ts';

const { argv, stderr, stdout } = process;
const options = readable();
const outcome = await runChaos(options, (line) => stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`));
const text = writeMarkdown(outcome, new Date().toISOString().slice(0, 10));
stdout.write(`${text.slice(0, text.indexOf('\n## Faults'))}\n`);
if (options.report) {
  await mkdir(dirname(options.report), { recursive: true });
  await writeFile(options.report, text);
}
process.exit(passed(outcome) ? 0 : 1);

/** Parses the command line. Returns the options, or a sentence about what is wrong. */
function readable() {
  try {
    return readOptions(argv.slice(2));
  } catch (error) {
    stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}
