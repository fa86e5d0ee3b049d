import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from '../wait-for.ts';

/**
 * Ends a server that is still running on a data folder after its stack was killed, because two
 * servers would corrupt the data. `pidFile` is the file into which the server has written its pid.
 * Does not end another program that has got the same pid.
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

/**
 * Returns the file name of the program that a process runs. Empty if the process has ended or is a
 * zombie.
 */
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
