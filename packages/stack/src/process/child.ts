import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { waitFor } from '../wait-for.ts';
import { watchdog } from './watchdog.ts';

/**
 * A child process of the stack. It runs in its own session, so that Ctrl-C reaches only the stack,
 * which stops its children in order. The watchdog ends it if the stack is killed.
 */
export class Child {
  /** The last 8 KiB of its output. */
  output = '';
  /** Resolves when the process has ended and its output was read. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #stopSignal: NodeJS.Signals;

  constructor({ command, args, stopSignal = 'SIGTERM', crashSignal = stopSignal, onOutput, ...options }: ChildOptions) {
    this.#stopSignal = stopSignal;
    this.#process = spawn(command, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.exited = this.#process.pid === undefined ? this.#failed() : once(this.#process, 'close').then(() => {});
    if (this.#process.pid !== undefined) watchdog.watch(this.#process.pid, crashSignal);
    this.#process.once('exit', () => watchdog.forget(this.pid));
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-8192);
        onOutput?.(text);
      });
    }
  }

  /** The pid, also after the process has ended. */
  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** True while the process runs. */
  get running(): boolean {
    return this.#process.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** True if the process exited with code 0. */
  get succeeded(): boolean {
    return this.#process.exitCode === 0;
  }

  /** Why the process ended. Valid only after it has ended. */
  get ending(): string {
    const ending = this.#process.signalCode ?? `exit code ${this.#process.exitCode}`;
    return this.output.includes('No space left') ? `${ending}, no space left on the disk` : ending;
  }

  /**
   * Resolves when `ready` returns true. Rejects with the output if the process ends or `timeout` ms
   * pass.
   */
  async ready(ready: (output: string) => boolean | Promise<boolean>, timeout: number): Promise<void> {
    const name = basename(this.#process.spawnfile);
    await waitFor(async () => !this.running || (await ready(this.output)), {
      timeout,
      message: () => `${name} wrote:\n${this.output}\nbut was not ready`,
    });
    if (this.running) return;
    await this.exited;
    throw new Error(`${name} ended (${this.ending}); it wrote:\n${this.output}`);
  }

  /** Sends a signal. No-op after the process has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /**
   * Sends the stop signal and resolves when the process has ended. Sends SIGKILL after `timeout`
   * ms.
   */
  async stop(timeout = 5000): Promise<void> {
    if (!this.running) return;
    this.signal(this.#stopSignal);
    const timer = setTimeout(() => this.signal('SIGKILL'), timeout);
    await this.exited;
    clearTimeout(timer);
  }

  /** Sends SIGKILL and resolves when the process has ended. */
  async kill(): Promise<void> {
    if (!this.running) return;
    this.signal('SIGKILL');
    await this.exited;
  }

  #failed(): Promise<void> {
    return once(this.#process, 'error').then(([error]) => {
      this.output += String(error);
    });
  }
}

export interface ChildOptions {
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Signal for a graceful stop. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Signal of the watchdog when the stack was killed. Default: `stopSignal`. */
  crashSignal?: NodeJS.Signals;
  /** Called with all output of the process. */
  onOutput?: (text: string) => void;
}
