import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { waitFor } from '../wait-for.ts';
import { type RedisServer, startRedis } from './server.ts';

/**
 * Starts a Redis Cluster on 127.0.0.1. Resolves when every node reports `cluster_state:ok` and
 * every replica is synced with its master.
 */
export async function startRedisCluster({
  masters = 3,
  replicasPerMaster = 0,
  nodeTimeout = 2000,
  dir,
  args = [],
  envOf = () => ({}),
}: RedisClusterOptions = {}): Promise<RedisCluster> {
  const cluster = new LocalCluster({ masters, nodeTimeout, dir, args, envOf });
  try {
    await cluster.start(masters * (1 + replicasPerMaster));
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

const slots = 16_384;

class LocalCluster implements RedisCluster {
  readonly nodes: RedisServer[] = [];
  readonly #options: NodeOptions;

  constructor(options: NodeOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.nodes.map((node) => node.url).join(',');
  }

  async start(count: number): Promise<void> {
    const { masters } = this.#options;
    await this.#startNodes(count);
    await this.#withClients(this.nodes, async (clients) => {
      for (const [index, client] of clients.entries()) {
        await client.cluster('SET-CONFIG-EPOCH', index + 1);
        if (index >= masters) continue;
        const [first, end] = [index, index + 1].map((share) => Math.round((share * slots) / masters));
        await client.cluster('ADDSLOTSRANGE', first as number, (end as number) - 1);
      }
      await meet(clients);
      await replicate(clients, masters);
    });
    await this.settled();
  }

  async addMaster({ replicas = 0 }: { replicas?: number } = {}): Promise<RedisServer> {
    const added = await this.#startNodes(1 + replicas);
    await this.#withClients([this.nodes[0] as RedisServer, ...added], async ([first, ...fresh]) => {
      await meet([first as Redis, ...fresh], this.nodes.length);
      await replicate(fresh, 1);
    });
    await this.settled();
    return added[0] as RedisServer;
  }

  async settled(): Promise<void> {
    await this.#withClients(this.nodes, async (clients) => {
      for (const client of clients) {
        await waitFor(async () => (await info(client)).cluster_state === 'ok', {
          timeout: 20_000,
          message: 'the cluster is not ok',
        });
        await waitFor(async () => complete(await nodesOf(client), clients.length), {
          timeout: 20_000,
          message: 'a node is not known, or fails',
        });
        await waitFor(async () => !/master_link_status:down/.test(await client.info('replication')), {
          timeout: 20_000,
          message: 'a replica has no link to its master',
        });
      }
      await caughtUp(clients);
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #startNodes(count: number): Promise<RedisServer[]> {
    const first = this.nodes.length;
    const started = await Promise.allSettled(Array.from({ length: count }, (_, i) => this.#startNode(first + i)));
    const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    this.nodes.push(...nodes);
    const failure = started.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
    return nodes;
  }

  async #startNode(index: number): Promise<RedisServer> {
    const { nodeTimeout, dir, args: more, envOf } = this.#options;
    const args = [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(await freePort())],
      ...['--cluster-node-timeout', String(nodeTimeout), '--repl-diskless-sync-delay', '0', ...more],
    ];
    return startRedis({ args, env: envOf(index), ...(dir !== undefined && { dir: join(dir, String(index)) }) });
  }

  async #withClients(nodes: RedisServer[], action: (clients: Redis[]) => Promise<void>): Promise<void> {
    const clients = nodes.map((node) => new Redis(node.url));
    for (const client of clients) client.on('error', () => {});
    try {
      await action(clients);
    } finally {
      for (const client of clients) client.disconnect();
    }
  }
}

/**
 * Resolves when each replica has received everything that its master had written at the time of the
 * call.
 */
async function caughtUp(clients: Redis[]): Promise<void> {
  const masters = new Map<string, number>();
  for (const client of clients) {
    const { role, id, offset } = await replication(client);
    if (role === 'master') masters.set(id, offset);
  }
  for (const client of clients) {
    const behind = async () => {
      const { role, id, offset } = await replication(client);
      return role === 'slave' && offset < (masters.get(id) ?? 0);
    };
    await waitFor(async () => !(await behind()), { timeout: 20_000, message: 'a replica is behind its master' });
  }
}

async function replication(client: Redis): Promise<{ role: string; id: string; offset: number }> {
  const text = await client.info('replication');
  const read = (name: string) => new RegExp(`^${name}:(.*)\\r?$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const role = read('role');
  return {
    role,
    id: read('master_replid'),
    offset: Number(read(role === 'master' ? 'master_repl_offset' : 'slave_repl_offset')),
  };
}

/**
 * Connects all nodes to the first one. Resolves when each node knows `count` nodes, including
 * itself.
 */
async function meet(clients: Redis[], count = clients.length): Promise<void> {
  const [first, ...others] = clients;
  for (const client of others) {
    const [, bus] = (await client.config('GET', 'cluster-port')) as [string, string];
    await first?.call('CLUSTER', 'MEET', '127.0.0.1', client.options.port ?? 0, bus);
  }
  for (const client of clients) {
    await waitFor(async () => (await info(client)).cluster_known_nodes === String(count), {
      timeout: 20_000,
      message: 'the nodes did not meet',
    });
  }
}

/**
 * Keeps the first `masters` nodes as masters, and distributes the other nodes among them as
 * replicas.
 */
async function replicate(clients: Redis[], masters: number): Promise<void> {
  for (const [index, client] of clients.entries()) {
    if (index < masters) continue;
    const master = (await clients[index % masters]?.cluster('MYID')) as unknown as string;
    await client.cluster('REPLICATE', master);
  }
}

/**
 * Returns whether a node knows all nodes of the cluster, and regards none as failing or not yet
 * connected.
 */
function complete(lines: string[], count: number): boolean {
  const flags = lines.map((line) => (line.split(' ')[2] ?? '').split(','));
  const well = flags.every((each) => !each.some((flag) => ['fail', 'fail?', 'handshake', 'noaddr'].includes(flag)));
  return lines.length === count && well;
}

async function nodesOf(client: Redis): Promise<string[]> {
  return ((await client.cluster('NODES')) as unknown as string).trim().split('\n');
}

async function info(client: Redis): Promise<Record<string, string>> {
  const text = (await client.cluster('INFO')) as unknown as string;
  return Object.fromEntries(text.split('\r\n').map((line) => line.split(':')));
}

export interface RedisClusterOptions {
  /** Number of masters, which share the slots. Default: 3, the minimum for elections. */
  masters?: number;
  /** Number of replicas per master. Default: 0. */
  replicasPerMaster?: number;
  /** Ms of silence after which the cluster regards a node as failing. Default: 2000. */
  nodeTimeout?: number;
  /** Data folder, with one subfolder per node. Default: temporary folders. */
  dir?: string;
  /** Additional settings of every node, as arguments of `redis-server`. */
  args?: string[];
  /** Returns additional environment variables for a node, by its index in `nodes`. */
  envOf?(index: number): NodeJS.ProcessEnv;
}

type NodeOptions = Required<Omit<RedisClusterOptions, 'replicasPerMaster' | 'dir'>> & { dir: string | undefined };

export interface RedisCluster extends AsyncDisposable {
  /** The `redis://` URLs of all nodes, separated by commas. */
  readonly url: string;
  /** Nodes of the cluster: masters first, then replicas, then nodes that were added later. */
  readonly nodes: RedisServer[];
  /** Adds a master without slots, and replicas of it. Resolves when all nodes know them. */
  addMaster(options?: { replicas?: number }): Promise<RedisServer>;
  /**
   * Resolves when every node runs and regards all others as running, and every replica is connected
   * to its master.
   */
  settled(): Promise<void>;
  stop(): Promise<void>;
}
