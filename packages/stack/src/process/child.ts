import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { waitFor } from '../wait-for.ts';
import { watchdog } from './watchdog.ts';

/**
 * A process of the stack: in a session of its own, so that Ctrl-C reaches the stack alone and the order of stopping is the
 * stack's, and on the watchdog's list, so that it never outlives the stack.
 */
export class Child {
  /** The last text the process wrote, at most 8 KiB. */
  output = '';
  /** Resolves when the process has ended, with all it left to write. */
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

  /** The process id; that of the past once the process has ended. */
  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Whether the process runs. */
  get running(): boolean {
    return this.#process.pid !== undefined && this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Whether it has ended as it should. */
  get succeeded(): boolean {
    return this.#process.exitCode === 0;
  }

  /** How it ended, in words; only of interest once it has. */
  get ending(): string {
    const ending = this.#process.signalCode ?? `exit code ${this.#process.exitCode}`;
    return this.output.includes('No space left') ? `${ending}, no space left on the disk` : ending;
  }

  /** Resolves when `ready` holds; rejects with the output if the process ends or `timeout` ms pass first. */
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

  /** Sends a signal; to a process that has ended it does nothing. */
  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Asks the process to end and resolves when it has; after `patience` ms it is killed. */
  async stop(patience = 5000): Promise<void> {
    if (!this.running) return;
    this.signal(this.#stopSignal);
    const timer = setTimeout(() => this.signal('SIGKILL'), patience);
    await this.exited;
    clearTimeout(timer);
  }

  /** Kills the process without warning and resolves when it has ended. */
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
  /** What asks it to end in good order; SIGTERM unless given. */
  stopSignal?: NodeJS.Signals;
  /** What the watchdog sends when the stack itself is gone; `stopSignal` unless given. */
  crashSignal?: NodeJS.Signals;
  /** Hears everything the process writes. */
  onOutput?: (text: string) => void;
}
