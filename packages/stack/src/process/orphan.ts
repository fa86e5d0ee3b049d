import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { waitFor } from '../wait-for.ts';

/**
 * Ends the server that an earlier stack, itself killed, left on the data one is about to use; two servers on the same data
 * would spoil it. `pidFile` is the server's own; a number in it that belongs to another program by now is left alone.
 */
export async function endOrphan(pidFile: string, program: string, signal: NodeJS.Signals): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  if (!pid) return;
  if ((await programOf(pid)).includes(program)) {
    process.kill(pid, signal);
    await waitFor(async () => !(await programOf(pid)), { message: `an older ${program} (process ${pid}) did not end` });
  }
  await rm(pidFile, { force: true });
}

/** The name of the program a process runs; empty when there is no such process. */
async function programOf(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return promisify(execFile)('ps', ['-o', 'comm=', '-p', String(pid)]).then(
    ({ stdout }) => stdout,
    () => '',
  );
}
