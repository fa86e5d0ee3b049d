import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/** Restarts every process of a stack that ends, until `signal` aborts. */
export function superviseStack({ processes, databases }: Stack, options: SuperviseOptions): void {
  for (const service of [processes.api, ...processes.gateways, ...processes.recorders]) {
    void supervise(service.name, service, options);
  }
  if (databases.postgres) void supervise('postgres', databases.postgres, options);
  for (const node of databases.redis) void supervise('redis', node, options);
}

/**
 * Restarts a process whenever it ends, until `signal` aborts. Restarts at once if the process ran
 * for a minute, otherwise after a delay that doubles from 0.5 s to 30 s. Reports every end and
 * every restart.
 */
export async function supervise(
  name: string,
  process: Restartable,
  { signal, report }: SuperviseOptions,
): Promise<void> {
  let pause = 0;
  for (;;) {
    const began = performance.now();
    await process.exited;
    if (signal.aborted) return;
    pause = performance.now() - began > 60_000 ? 0 : Math.min(30_000, Math.max(500, pause * 2));
    report(`${name} ended (${process.ending}); starting it again${pause ? ` in ${pause / 1000} s` : ''}`);
    await delay(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    await process.restart().then(
      () => report(`${name} is back`),
      () => {},
    );
  }
}

/** A process that can be restarted. */
export interface Restartable {
  /** Resolves when the running process has exited. */
  readonly exited: Promise<void>;
  /** Why it ended. */
  readonly ending: string;
  /** Starts the process again. Rejects if it does not start. */
  restart(): Promise<void>;
}

export interface SuperviseOptions {
  signal: AbortSignal;
  report: (line: string) => void;
}
