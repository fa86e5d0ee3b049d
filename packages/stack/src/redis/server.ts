import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { Child } from '../process/child.ts';
import { temporaryFolder } from '../process/folder.ts';
import { endOrphan } from '../process/orphan.ts';
import { findRedis, type RedisProgram } from './find.ts';

/**
 * Starts a Redis on 127.0.0.1 that syncs every write to disk before it replies. Resolves when the
 * server accepts connections. Rejects with the server's output if it does not start.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { dir, port, report } = options;
  const program = await findRedis(report);
  const folder = dir ? { path: dir, remove: async () => {} } : await temporaryFolder('redis');
  await mkdir(folder.path, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const server = new LocalRedis(program, folder, port ?? (await freePort()), options);
    try {
      await server.start();
      return server;
    } catch (error) {
      if (port === undefined && attempt < 5 && /in use/.test(String(error))) continue;
      await folder.remove();
      throw error;
    }
  }
}

class LocalRedis implements RedisServer {
  readonly port: number;
  readonly #program: RedisProgram;
  readonly #folder: { path: string; remove: () => Promise<void> };
  readonly #options: RedisOptions;
  #child: Child | undefined;

  constructor(
    program: RedisProgram,
    folder: { path: string; remove: () => Promise<void> },
    port: number,
    options: RedisOptions,
  ) {
    this.#program = program;
    this.#folder = folder;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child?.pid ?? -1;
  }

  get exited(): Promise<void> {
    return this.#child?.exited ?? Promise.resolve();
  }

  get ending(): string {
    return this.#child?.ending ?? 'not started';
  }

  async start(): Promise<void> {
    const { command, libraries } = this.#program;
    const { args = [], env, onOutput } = this.#options;
    const pidFile = join(this.#folder.path, 'redis.pid');
    if (this.#program.kind === 'native') await endOrphan(pidFile, 'redis', 'SIGTERM');
    this.#child = new Child({
      command,
      args: [...this.#container(), ...settings(this.port), '--pidfile', pidFile, ...args],
      cwd: this.#folder.path,
      env: { ...process.env, ...(libraries && { LD_LIBRARY_PATH: libraries }), ...env },
      ...(onOutput && { onOutput }),
    });
    await this.#child.ready(
      (output) => output.includes('Ready to accept connections'),
      this.#program.kind === 'docker' ? 120_000 : 30_000,
    );
  }

  async restart(): Promise<void> {
    await this.#child?.stop();
    await this.start();
  }

  async kill(): Promise<void> {
    if (this.#program.kind === 'docker') execFileSync(this.#program.command, ['kill', `parley-redis-${this.port}`]);
    await this.#child?.kill();
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
    await this.#folder.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #container(): string[] {
    if (this.#program.kind === 'native') return [];
    const { path } = this.#folder;
    const user = `${process.getuid?.()}:${process.getgid?.()}`;
    const flags = ['--rm', '--name', `parley-redis-${this.port}`, '--network', 'host', '--user', user];
    return ['run', ...flags, '--volume', `${path}:${path}`, '--workdir', path, 'redis:8', 'redis-server'];
  }
}

const settings = (port: number): string[] => [
  ...['--bind', '127.0.0.1', '--port', String(port), '--protected-mode', 'yes', '--daemonize', 'no'],
  ...['--appendonly', 'yes', '--appendfsync', 'always', '--save', '', '--maxmemory-policy', 'noeviction'],
  // Raises the minimum size of the append-only file that is rewritten. With the default of 64 MiB,
  // a busy server would rewrite the file every few seconds.
  ...['--auto-aof-rewrite-min-size', '512mb'],
];

export interface RedisOptions {
  /** Data folder. Default: a temporary folder, which is removed with the server. */
  dir?: string;
  /** Port of the server. Default: a free port. */
  port?: number;
  /** Additional settings, as arguments of `redis-server`: `['--maxmemory', '64mb']`. */
  args?: string[];
  /** Additional environment variables. They are not passed to a container. */
  env?: NodeJS.ProcessEnv;
  /** Called with the output of the server. */
  onOutput?: (text: string) => void;
  /** Called with a line for the user before a long step, such as a download. */
  report?: (line: string) => void;
}

/** A Redis server that runs on this machine. It ends when this process ends. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Pid of the server process. Each `restart` starts a new process. */
  readonly pid: number;
  /** Resolves when the current server process has ended. */
  readonly exited: Promise<void>;
  /** Reason why the last server process ended. */
  readonly ending: string;
  /** Stops the server. If its data folder is temporary, removes the folder. */
  stop(): Promise<void>;
  /** Kills the server with SIGKILL. The data is kept for `restart`. */
  kill(): Promise<void>;
  /** Stops the server if it runs, and starts it again with the same port and data. */
  restart(): Promise<void>;
}
