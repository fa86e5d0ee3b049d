import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { explain } from '../explain.ts';
import { BadOption } from '../start-options.ts';
import { backup } from './backup.ts';
import { restore } from './restore.ts';

const usage = `npm run backup -- FOLDER [--data .data]     copies the data of a running npm start to a new folder
npm run restore -- FOLDER [--data .data]    creates a data folder from such a copy`;

/** Runs `npm run backup` or `npm run restore`. */
export async function runBackup(command: 'backup' | 'restore', args: string[]): Promise<void> {
  let data = '.data';
  try {
    const options = { data: { type: 'string', default: data } } as const;
    const { values, positionals } = parse(() => parseArgs({ args, options, allowPositionals: true }));
    const [folder, ...more] = positionals;
    if (folder === undefined || more.length > 0) throw new BadOption(usage);
    data = resolve(values.data);
    if (command === 'backup') say(`Copied ${(await backup(data, resolve(folder))).join(', ')} to ${folder}`);
    else {
      await restore(resolve(folder), data, say);
      say(`Restored to ${values.data}. Start it with npm start -- --data ${values.data}`);
    }
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${explain(error, data)}\n`);
    process.exit(1);
  }
}

function parse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BadOption(`${(error as Error).message.split('. ')[0]}.\n${usage}`);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
