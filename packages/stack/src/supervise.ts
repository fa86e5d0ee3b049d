import { setTimeout as delay } from 'node:timers/promises';
import type { Stack } from './stack.ts';

/** Keeps every process of a stack running until `signal` aborts. */
export function superviseStack({ processes, databases }: Stack, options: SuperviseOptions): void {
  for (const service of [processes.api, ...processes.gateways, ...processes.recorders]) {
    void supervise(service.name, service, options);
  }
  if (databases.postgres) void supervise('postgres', databases.postgres, options);
  for (const node of databases.redis) void supervise('redis', node, options);
}

/**
 * Keeps a process running until `signal` aborts: whenever it ends it is started again, at once after a long life, else
 * after a pause that doubles from 0.5 s to 30 s. Every end and every failed start is reported.
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

/** What can be started again. */
export interface Restartable {
  /** Resolves when the present process has ended. */
  readonly exited: Promise<void>;
  /** How it ended, in words. */
  readonly ending: string;
  /** Rejects when the process does not come up; it has ended then. */
  restart(): Promise<void>;
}

export interface SuperviseOptions {
  signal: AbortSignal;
  report: (line: string) => void;
}
