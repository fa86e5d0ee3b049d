import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

export const killPostgres: Fault = {
  name: 'kill -9 and restart of PostgreSQL',
  weight: 2,
  takes: ['postgres'],
  strike: async ({ system, scale }, random) => {
    const ms = Math.round(random.whole(0, 5000) * scale);
    await killAll(system.postgres.pid);
    await delay(ms);
    await system.postgres.restart();
    return `away for ${ms} ms`;
  },
};

/** Restarts PostgreSQL with a clean shutdown, as for an upgrade. */
export const restartPostgres: Fault = {
  name: 'restart of PostgreSQL',
  weight: 1,
  takes: ['postgres'],
  strike: async ({ system }) => {
    await system.postgres.restart();
    return 'restarted';
  },
};

/**
 * Stops PostgreSQL for up to a minute. Messages must still be delivered, and wait in Redis to be
 * recorded.
 */
export const absentPostgres: Fault = {
  name: 'a minute without PostgreSQL',
  weight: 1,
  takes: ['postgres'],
  strike: async ({ system, scale }) => {
    const ms = Math.round(60_000 * scale);
    await killAll(system.postgres.pid);
    await delay(ms);
    await system.postgres.restart();
    return `away for ${ms} ms`;
  },
};

export const freezePostgres: Fault = {
  name: 'PostgreSQL frozen',
  weight: 1,
  takes: ['postgres'],
  strike: async ({ system, scale }, random) => {
    const ms = Math.round(random.whole(1000, 15_000) * scale);
    const pids = [system.postgres.pid, ...(await childrenOf(system.postgres.pid))];
    signal(pids, 'SIGSTOP');
    await delay(ms);
    signal(pids, 'SIGCONT');
    return `for ${ms} ms`;
  },
};

/**
 * Kills the server with all its backend processes. A backend that survives would keep the shared
 * memory and delay the restart.
 */
async function killAll(pid: number): Promise<void> {
  signal([pid, ...(await childrenOf(pid))], 'SIGKILL');
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
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
