import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { temporaryFolder } from '../process/folder.ts';
import { type RedisCluster, startRedisCluster } from '../redis/cluster.ts';
import { type RedisServer, startRedis } from '../redis/server.ts';

/** True if the tests run on a Redis Cluster: `PARLEY_TEST_REDIS=cluster`. */
export const testsOnCluster = process.env.PARLEY_TEST_REDIS === 'cluster';

/**
 * Starts the Redis of a test file: one server, or a cluster of three masters with one replica each
 * if the tests run on a cluster. Resolves when Redis accepts commands.
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

/** A Redis server or a Redis Cluster that tests kill, stop and start as a whole. */
export class TestRedis implements AsyncDisposable {
  readonly nodes: readonly RedisServer[];
  readonly #dirs: string[];
  /** The cluster. Undefined if the Redis is a single server. */
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

  /** URL of the server, or URLs of the cluster nodes separated by commas. */
  get url(): string {
    return this.nodes.map((node) => node.url).join(',');
  }

  get clustered(): boolean {
    return this.cluster !== undefined;
  }

  /** Kills every node with SIGKILL. The data is kept for `restart`. */
  async kill(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
  }

  /**
   * Starts all nodes again on the same ports, with their data or, if `empty` is set, without.
   * Resolves when commands succeed.
   */
  async restart({ empty = false }: { empty?: boolean } = {}): Promise<void> {
    await this.kill();
    if (empty) {
      await Promise.all(this.#dirs.map((dir) => rm(join(dir, 'appendonlydir'), { recursive: true, force: true })));
    }
    await Promise.all(this.nodes.map((node) => node.restart()));
    await this.cluster?.settled();
  }

  /** Runs a command on every node. Resolves with the replies of all nodes. */
  async ask(...command: [string, ...string[]]): Promise<unknown[]> {
    const clients = this.nodes.map((node) => new Redis(node.url));
    try {
      return await Promise.all(clients.map((client) => client.call(...command)));
    } finally {
      for (const client of clients) client.disconnect();
    }
  }

  /** Freezes all nodes. Until `resume`, they accept connections but do not reply. */
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
  /** Whether to start a cluster. Default: the environment variable `PARLEY_TEST_REDIS`. */
  cluster?: boolean;
  /** Additional settings, as arguments of `redis-server`. */
  args?: string[];
  /** Ms of silence after which a cluster regards a node as failing. Default: 2000. */
  nodeTimeout?: number;
}
