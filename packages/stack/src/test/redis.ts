import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../process/folder.ts';
import { type RedisCluster, startRedisCluster } from '../redis/cluster.ts';
import { type RedisServer, startRedis } from '../redis/server.ts';

/** Whether tests run on a Redis Cluster: `PARLEY_TEST_REDIS=cluster`. */
export const testsOnCluster = process.env.PARLEY_TEST_REDIS === 'cluster';

/**
 * The Redis of a test file: one server, or three masters with a replica each where tests run on a cluster. Resolves when it
 * takes commands.
 */
export async function startTestRedis({
  cluster = testsOnCluster,
  args = [],
  nodeTimeout = 2000,
}: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = await temporaryFolder('redis');
  try {
    const dir = folder.path;
    if (!cluster) {
      const server = await startRedis({ dir, args });
      return new TestRedis([server], [dir], undefined, folder.remove);
    }
    const started = await startRedisCluster({ replicasPerMaster: 1, nodeTimeout, dir, args });
    const dirs = started.nodes.map((_, index) => join(dir, String(index)));
    return new TestRedis(started.nodes, dirs, started, folder.remove);
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** One Redis server or a cluster, to be killed, stopped and started as a whole. */
export class TestRedis implements AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  readonly #dirs: string[];
  /** Undefined for one server. */
  readonly cluster: RedisCluster | undefined;
  readonly #remove: () => Promise<void>;

  constructor(
    nodes: readonly RedisServer[],
    dirs: string[],
    cluster: RedisCluster | undefined,
    remove: () => Promise<void>,
  ) {
    this.nodes = nodes;
    this.#dirs = dirs;
    this.cluster = cluster;
    this.#remove = remove;
  }

  /** With commas between, the nodes of a cluster. */
  get url(): string {
    return this.nodes.map((node) => node.url).join(',');
  }

  get clustered(): boolean {
    return this.cluster !== undefined;
  }

  /** SIGKILL to every node; the data stays for `restart`. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /** Starts all nodes at their addresses, with their data or with none; resolves when commands pass. */
  async restart({ empty = false }: { empty?: boolean } = {}): Promise<void> {
    await this.kill();
    if (empty) {
      await Promise.all(this.#dirs.map((dir) => rm(join(dir, 'appendonlydir'), { recursive: true, force: true })));
    }
    await Promise.all(this.nodes.map((node) => node.restart()));
    await this.cluster?.settled();
  }

  /** Runs a command on every node and answers what each said. */
  async ask(...command: [string, ...string[]]): Promise<unknown[]> {
    const clients = this.nodes.map((node) => new Redis(node.url));
    try {
      return await Promise.all(clients.map((client) => client.call(...command)));
    } finally {
      for (const client of clients) client.disconnect();
    }
  }

  /** Stops all nodes where they are: they take connections, and answer nothing until `resume`. */
  pause(): void {
    for (const node of this.nodes) process.kill(node.pid, 'SIGSTOP');
  }

  resume(): void {
    for (const node of this.nodes) process.kill(node.pid, 'SIGCONT');
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.#remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

export interface TestRedisOptions {
  /** What `PARLEY_TEST_REDIS` says unless given. */
  cluster?: boolean;
  /** More settings, as `redis-server` takes them. */
  args?: string[];
  /** Of a cluster: ms of silence after which a node counts as failing; 2000 unless given. */
  nodeTimeout?: number;
}
