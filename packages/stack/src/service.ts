import { join } from 'node:path';
import { Child } from './process/child.ts';
import { root } from './root.ts';

/** Starts a service from its bundle. Resolves when `/readyz` returns 200. */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const service = new ServiceProcess(options);
  await service.restart();
  return service;
}

/**
 * Arguments of Node for every service. A larger young generation can hold the objects of all frames
 * in flight, which would otherwise be copied at each garbage collection. This saves 7 to 10 us of
 * CPU per message.
 */
const nodeArguments = ['--enable-source-maps', '--min-semi-space-size=16', '--max-semi-space-size=32'];

/** A service of the stack, across restarts. */
export class ServiceProcess {
  readonly name: string;
  readonly port: number;
  /** Root URL: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly #options: ServiceOptions;
  #child: Child | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.name = options.name;
    this.port = options.port;
    this.url = `http://${options.address ?? options.host}:${options.port}`;
  }

  /** The pid. Changes with each `restart`. */
  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  /** True while the process runs. */
  get running(): boolean {
    return this.#child?.running ?? false;
  }

  /** The last 8 KiB of output of the current process. */
  get output(): string {
    return this.#child?.output ?? '';
  }

  /** Resolves when the current process has ended. */
  get exited(): Promise<void> {
    return this.#child?.exited ?? Promise.resolve();
  }

  /** Why the last process ended. */
  get ending(): string {
    return this.#child?.ending ?? 'not started';
  }

  /**
   * Stops the process if it runs, and starts it on the same port. Resolves when `/readyz` returns
   * 200.
   */
  async restart(): Promise<void> {
    await this.stop();
    const { entry, host, port, env, onOutput, folder = root } = this.#options;
    this.#child = new Child({
      command: process.execPath,
      args: [...nodeArguments, join(folder, 'services', entry, 'dist/main.js')],
      cwd: folder,
      env: { ...env, HOST: host, PORT: String(port) },
      // If the stack was killed, the services need not drain.
      crashSignal: 'SIGKILL',
      ...(onOutput && { onOutput }),
    });
    await this.#child.ready(() => this.#answers(), 30_000);
  }

  /**
   * Sends a signal. Default: SIGKILL. For a signal that ends the process, resolves when it has
   * ended.
   */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.running) return;
    this.#child?.signal(signal);
    if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await this.exited;
  }

  /** Drains and stops the process. Sends SIGKILL after `timeout` ms. */
  async stop(timeout = 3000): Promise<void> {
    await this.#child?.stop(timeout);
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
  /** Name in messages and of the log file: `gateway-1`. */
  name: string;
  /** Folder below `services/`. */
  entry: 'api' | 'gateway' | 'recorder';
  /** Root folder of the repository whose bundle runs. Default: this repository. */
  folder?: string;
  host: string;
  port: number;
  /** Host name in its URL. Default: `host`. */
  address?: string;
  env: NodeJS.ProcessEnv;
  /** Called with the output of the process. */
  onOutput?: (text: string) => void;
}
