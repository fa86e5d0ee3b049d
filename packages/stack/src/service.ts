import { join } from 'node:path';
import { Child } from './process/child.ts';
import { root } from './root.ts';

/** Starts one of Parley's services from its bundle; resolves when `/readyz` says it can serve. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const service = new ServiceProcess(options);
  await service.restart();
  return service;
}

/** A service of the stack, through all its restarts. */
/**
 * What every service is run with. The room for young objects: what a busy gateway has under way fills the usual one, and is then
 * copied at each collection; with this a message costs 7 to 10 us of CPU less.
 */
const nodeArguments = ['--enable-source-maps', '--min-semi-space-size=16', '--max-semi-space-size=32'];

export class ServiceProcess {
  readonly name: string;
  readonly port: number;
  /** Root of what it serves: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly #options: ServiceOptions;
  #child: Child | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.name = options.name;
    this.port = options.port;
    this.url = `http://${options.address ?? options.host}:${options.port}`;
  }

  /** The process id; another one after each `restart`. */
  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** Whether the process runs. */
  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** The last text the present process wrote. */
  get output(): string {
    return this.#child?.output ?? '';
  }

  /** Resolves when the present process has ended. */
  get exited(): Promise<void> {
    return this.#child?.exited ?? Promise.resolve();
  }

  /** How the last process ended, in words. */
  get ending(): string {
    return this.#child?.ending ?? 'not started';
  }

  /** Stops the process if it runs and starts it again at the same port; resolves when it can serve. */
  async restart(): Promise<void> {
    await this.stop();
    const { entry, host, port, env, onOutput } = this.#options;
    this.#child = new Child({
      command: process.execPath,
      args: [...nodeArguments, join(root, 'services', entry, 'dist/main.js')],
      cwd: root,
      env: { ...env, HOST: host, PORT: String(port) },
      // When the stack itself is gone there is nothing to drain to.
      crashSignal: 'SIGKILL',
      ...(onOutput && { onOutput }),
    });
    await this.#child.ready(() => this.#answers(), 30_000);
  }

  /** Sends a signal, SIGKILL unless given; for one that ends processes resolves when this one has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.running) return;
    this.#child?.signal(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.exited;
  }

  /** Asks the process to drain and end; killed if it takes longer than `patience` ms. */
  async stop(patience = 3000): Promise<void> {
    await this.#child?.stop(patience);
  }

  async #answers(): Promise<boolean> {
    const host = this.#options.host === '0.0.0.0' ? '127.0.0.1' : this.#options.host;
    const signal = AbortSignal.timeout(2000);
    const response = await fetch(`http://${host}:${this.port}/readyz`, { signal });
    await response.arrayBuffer();
    return response.ok;
  }
}

export interface ServiceOptions {
  /** What it is called on screen and in its log file: `gateway-1`. */
  name: string;
  /** The folder under `services/`. */
  entry: 'api' | 'gateway' | 'recorder';
  host: string;
  port: number;
  /** The host name in its address, where that is not `host`. */
  address?: string;
  env: NodeJS.ProcessEnv;
  /** Hears what it writes. */
  onOutput?: (text: string) => void;
}
