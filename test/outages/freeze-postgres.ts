import { readFile } from 'node:fs/promises';

/**
 * Freezes a PostgreSQL server with all its backend processes. Resolves with a function that resumes
 * them.
 */
export async function freezePostgres(pid: number): Promise<() => void> {
  const pids = await postgresPids(pid);
  signal(pids, 'SIGSTOP');
  return () => signal(pids, 'SIGCONT');
}

/**
 * Kills a PostgreSQL server with all its backend processes. A backend that survives would delay the
 * restart.
 */
export async function killPostgres(pid: number): Promise<void> {
  signal(await postgresPids(pid), 'SIGKILL');
}

async function postgresPids(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return [pid, ...children.split(' ').filter(Boolean).map(Number)];
}

function signal(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // Ignores the error if the process has already exited.
    }
  }
}
