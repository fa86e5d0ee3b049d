import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../wait-for.ts';

/**
 * Ends the server that an earlier stack, itself killed, left on the data one is about to use; two servers on the same data
 * would spoil it. `pidFile` is the server's own; a number in it that belongs to another program by now is left alone.
 */
export async function endOrphan(pidFile: string, program: string, signal: NodeJS.Signals): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  if ((await programOf(pid)).startsWith(program)) {
    process.kill(pid, signal);
    await waitFor(async () => !(await programOf(pid)), { message: `an older ${program} (process ${pid}) did not end` });
  }
  await rm(pidFile, { force: true });
}

/** The name of the program a process runs; empty when it has ended, whether or not its parent took notice. */
async function programOf(pid: number): Promise<string> {
  const command =
    process.platform === 'linux'
      ? await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
      : await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).then(
          ({ stdout }) => stdout,
          () => '',
        );
  return basename(command.split(/[\0 ]/)[0] ?? '');
}
