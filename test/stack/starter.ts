import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, waitFor } from '@parley/stack';
import { isFree } from '../../packages/stack/src/free-port.ts';
import { Child } from '../../packages/stack/src/process/child.ts';
import { alive, descendants } from './processes.ts';

/** Runs `npm start` in a separate process. */
export class Starter implements AsyncDisposable {
  output = '';
  readonly #child: Child;

  constructor(args: string[], env: NodeJS.ProcessEnv = {}) {
    const script = fileURLToPath(new URL('../../packages/stack/bin/start.mjs', import.meta.url));
    this.#child = new Child({
      command: process.execPath,
      args: [script, ...args],
      env: { ...process.env, REDIS_URL: undefined, DATABASE_URL: undefined, ...env },
      onOutput: (text) => {
        this.output += text;
      },
    });
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits until `npm start` has ended. Resolves with how it ended, such as `exit code 0`. */
  async ended(): Promise<string> {
    await this.#child.exited;
    return this.#child.ending;
  }

  /** Waits until the output contains `text`. */
  async shows(text: string): Promise<void> {
    await this.#child.ready(() => this.output.includes(text), 60_000);
  }

  /**
   * Sends a signal and waits until `npm start` has ended. Resolves with the ids of it and all its
   * descendants.
   */
  async end(signal: NodeJS.Signals): Promise<number[]> {
    const pids = [this.pid, ...descendants(this.pid)];
    this.#child.signal(signal);
    await this.ended();
    return pids;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#child.running) return;
    const pids = await this.end('SIGTERM');
    await waitFor(() => alive(pids).length === 0);
  }
}

/** Returns the first of `count` consecutive ports that are all free. */
export async function portsInARow(count: number): Promise<number> {
  for (;;) {
    const first = await freePort();
    const others = Array.from({ length: count - 1 }, (_, index) => isFree(first + 1 + index));
    if ((await Promise.all(others)).every(Boolean)) return first;
  }
}

/** Creates an empty folder that is removed when the returned object is disposed of. */
export async function emptyFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'parley-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 10 }) };
}
