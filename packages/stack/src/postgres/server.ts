import { access, chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.ts';
import { Child } from '../process/child.ts';
import { temporaryFolder } from '../process/folder.ts';
import { endOrphan } from '../process/orphan.ts';
import { postgresAccount } from './account.ts';
import { createCluster } from './create-cluster.ts';
import { findPostgres } from './find.ts';

/**
 * Starts a PostgreSQL on 127.0.0.1, and initialises its data folder if it is new. Resolves when the
 * server accepts connections. Rejects with the server's output if it does not start.
 */
export async function startPostgres({
  dir,
  port,
  args = [],
  password = 'parley',
  onOutput,
}: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = dir ? { path: resolve(dir), remove: async () => {} } : await temporaryFolder('postgres');
  await mkdir(folder.path, { recursive: true });
  // The account that runs PostgreSQL must be allowed to enter this folder.
  await chmod(folder.path, 0o711);
  for (let attempt = 1; ; attempt++) {
    const server = new LocalPostgres(folder, port ?? (await freePort()), args, password, onOutput);
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

class LocalPostgres implements PostgresServer {
  readonly port: number;
  readonly #folder: { path: string; remove: () => Promise<void> };
  readonly #args: string[];
  readonly #password: string;
  readonly #onOutput: ((text: string) => void) | undefined;
  #child: Child | undefined;
  #databases = 0;

  constructor(
    folder: { path: string; remove: () => Promise<void> },
    port: number,
    args: string[],
    password: string,
    onOutput: ((text: string) => void) | undefined,
  ) {
    this.#folder = folder;
    this.port = port;
    this.#args = args;
    this.#password = password;
    this.#onOutput = onOutput;
  }

  get url(): string {
    return this.#urlOf('postgres');
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
    const programs = await findPostgres();
    const data = join(this.#folder.path, 'data');
    if (!(await exists(data))) await createCluster(data, programs, this.#password);
    await endOrphan(join(data, 'postmaster.pid'), 'postgres', 'SIGQUIT');
    const command = postgresAccount(data);
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', ...this.#args];
    this.#child = new Child({
      ...command(programs.postgres, ['-D', data, '-p', String(this.port), ...settings.flatMap((one) => ['-c', one])]),
      cwd: '/',
      env: { ...process.env, LC_ALL: 'C' },
      stopSignal: 'SIGINT',
      ...(this.#onOutput && { onOutput: this.#onOutput }),
    });
    await this.#child.ready((output) => output.includes('ready to accept connections'), 60_000);
  }

  async createDatabase(name = `database_${process.pid}_${++this.#databases}`): Promise<string> {
    const client = new pg.Client(this.url);
    await client.connect();
    try {
      await client.query(`create database ${client.escapeIdentifier(name)}`);
    } finally {
      await client.end();
    }
    return this.#urlOf(name);
  }

  async restart(): Promise<void> {
    await this.#child?.stop();
    await this.start();
  }

  async kill(): Promise<void> {
    await this.#child?.kill();
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
    await this.#folder.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #urlOf(database: string): string {
    return `postgres://parley:${this.#password}@127.0.0.1:${this.port}/${database}`;
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

export interface PostgresOptions {
  /** Data folder. Default: a temporary folder, which is removed with the server. */
  dir?: string;
  /** Port of the server. Default: a free port. */
  port?: number;
  /** Additional settings of the server, such as `['fsync=off']`. */
  args?: string[];
  /**
   * Password of the superuser `parley`, set when the data folder is initialised. Default: `parley`.
   */
  password?: string;
  /** Called with the output of the server. */
  onOutput?: (text: string) => void;
}

/** A PostgreSQL server that runs on this machine. It ends when this process ends. */
export interface PostgresServer extends AsyncDisposable {
  /** URL of the database `postgres`, with superuser rights. */
  readonly url: string;
  readonly port: number;
  /** Pid of the server process. Each `restart` starts a new process. */
  readonly pid: number;
  /** Resolves when the running PostgreSQL process has exited. */
  readonly exited: Promise<void>;
  /** Reason why the last server process ended. */
  readonly ending: string;
  /** Creates an empty database. Returns its URL. */
  createDatabase(name?: string): Promise<string>;
  /** Stops the server. If its data folder is temporary, removes the folder. */
  stop(): Promise<void>;
  /** Kills the server with SIGKILL. The data is kept for `restart`. */
  kill(): Promise<void>;
  /** Stops the server if it runs, and starts it again with the same port and data. */
  restart(): Promise<void>;
}
