import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { waitFor } from '../wait-for.ts';
import { watchdog } from './watchdog.ts';

/**
 * A child process of the stack. It runs in its own session, so that Ctrl-C reaches only the stack,
 * which then stops its children in order. If the stack is killed, the watchdog ends the child.
 */
export class Child {
  /** Last 8 KiB of the output of the process. */
  output = '';
  /** Resolves when the process has ended and its output has been read. */
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

  /** Pid of the process, even after it has ended. */
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

  /** Reason why the process ended. Valid only after the process has ended. */
  get ending(): string {
    const ending = this.#process.signalCode ?? `exit code ${this.#process.exitCode}`;
    return this.output.includes('No space left') ? `${ending}, no space left on the disk` : ending;
  }

  /**
   * Resolves when `ready` returns true. Rejects with the output if the process ends or if `timeout`
   * ms pass before.
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

  /** Sends a signal to the process. No-op after the process has ended. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Sends the stop signal, and SIGKILL after `timeout` ms. Resolves when the process has ended. */
  async stop(timeout = 5000): Promise<void> {
    if (!this.running) return;
    this.signal(this.#stopSignal);
    const timer = setTimeout(() => this.signal('SIGKILL'), timeout);
    await this.exited;
    clearTimeout(timer);
  }

  /** Kills the process with SIGKILL. Resolves when the process has ended. */
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
  /** Signal that stops the process gracefully. Default: SIGTERM. */
  stopSignal?: NodeJS.Signals;
  /** Signal that the watchdog sends if the stack was killed. Default: `stopSignal`. */
  crashSignal?: NodeJS.Signals;
  /** Called with the output of the process, from stdout and stderr. */
  onOutput?: (text: string) => void;
}
