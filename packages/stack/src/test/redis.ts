import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../process/folder.ts';
import { type RedisCluster, startRedisCluster } from '../redis/cluster.ts';
import { type RedisServer, startRedis } from '../redis/server.ts';

/** True if tests run on a Redis Cluster: `PARLEY_TEST_REDIS=cluster`. */
export const testsOnCluster = process.env.PARLEY_TEST_REDIS === 'cluster';

/**
 * Starts the Redis of a test file: one server, or three masters with a replica each if tests run on
 * a cluster. Resolves when it accepts commands.
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

/** One Redis server or a cluster, which is killed, stopped and started as a whole. */
export class TestRedis implements AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  readonly #dirs: string[];
  /** The cluster. Undefined for one server. */
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

  /** Comma-separated nodes if it is a cluster. */
  get url(): string {
    return this.nodes.map((node) => node.url).join(',');
  }

  get clustered(): boolean {
    return this.cluster !== undefined;
  }

  /** Sends SIGKILL to every node. The data is kept for `restart`. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /**
   * Starts all nodes on the same ports, with their data or empty. Resolves when commands succeed.
   */
  async restart({ empty = false }: { empty?: boolean } = {}): Promise<void> {
    await this.kill();
    if (empty) {
      await Promise.all(this.#dirs.map((dir) => rm(join(dir, 'appendonlydir'), { recursive: true, force: true })));
    }
    await Promise.all(this.nodes.map((node) => node.restart()));
    await this.cluster?.settled();
  }

  /** Runs a command on every node and returns their replies. */
  async ask(...command: [string, ...string[]]): Promise<unknown[]> {
    const clients = this.nodes.map((node) => new Redis(node.url));
    try {
      return await Promise.all(clients.map((client) => client.call(...command)));
    } finally {
      for (const client of clients) client.disconnect();
    }
  }

  /** Freezes all nodes: they accept connections but do not reply until `resume`. */
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
  /** Default: `PARLEY_TEST_REDIS`. */
  cluster?: boolean;
  /** Additional settings, as arguments of `redis-server`. */
  args?: string[];
  /** Cluster: ms of silence after which a node counts as failing. Default: 2000. */
  nodeTimeout?: number;
}
