import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { waitFor } from '../wait-for.ts';
import { type RedisServer, startRedis } from './server.ts';

/**
 * Starts a Redis Cluster on 127.0.0.1. Resolves when every node says `cluster_state:ok` and every replica has its
 * master's data.
 */
export async function startRedisCluster({
  masters = 3,
  replicasPerMaster = 0,
  nodeTimeout = 2000,
}: RedisClusterOptions = {}): Promise<RedisCluster> {
  const nodes = await startNodes(masters * (1 + replicasPerMaster), nodeTimeout);
  const clients = nodes.map((node) => new Redis(node.url));
  try {
    await join(nodes, clients, masters);
  } catch (error) {
    await Promise.all(nodes.map((node) => node.stop()));
    throw error;
  } finally {
    for (const client of clients) client.disconnect();
  }
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  return { url: nodes.map((node) => node.url).join(','), nodes, stop, [Symbol.asyncDispose]: stop };
}

const slots = 16_384;

async function startNodes(count: number, nodeTimeout: number): Promise<RedisServer[]> {
  const started = await Promise.allSettled(
    Array.from({ length: count }, async () => {
      const bus = ['--cluster-port', String(await freePort())];
      return startRedis({
        args: [
          '--cluster-enabled',
          'yes',
          ...bus,
          '--cluster-node-timeout',
          String(nodeTimeout),
          '--repl-diskless-sync-delay',
          '0',
        ],
      });
    }),
  );
  const nodes = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = started.find((result) => result.status === 'rejected');
  if (failure) {
    await Promise.all(nodes.map((node) => node.stop()));
    throw failure.reason;
  }
  return nodes;
}

/** The first `masters` nodes share the slots; the others replicate them in turn. */
async function join(nodes: RedisServer[], clients: Redis[], masters: number): Promise<void> {
  for (const [index, client] of clients.entries()) {
    await client.cluster('SET-CONFIG-EPOCH', index + 1);
    if (index >= masters) continue;
    const [first, end] = [index, index + 1].map((share) => Math.round((share * slots) / masters)) as [number, number];
    await client.cluster('ADDSLOTSRANGE', first, end - 1);
  }
  const [first] = clients;
  for (const client of clients.slice(1)) {
    const port = client.options.port ?? 0;
    const [, bus] = (await client.config('GET', 'cluster-port')) as [string, string];
    await first?.call('CLUSTER', 'MEET', '127.0.0.1', port, bus);
  }
  for (const client of clients) {
    await waitFor(async () => (await info(client)).cluster_known_nodes === String(nodes.length), {
      message: 'the nodes did not meet',
    });
  }
  for (const [index, client] of clients.entries()) {
    if (index < masters) continue;
    const master = (await clients[index % masters]?.cluster('MYID')) as unknown as string;
    await client.cluster('REPLICATE', master);
  }
  for (const [index, client] of clients.entries()) {
    await waitFor(async () => (await info(client)).cluster_state === 'ok', { message: 'the cluster is not ok' });
    await waitFor(async () => (await replicas(client)) === nodes.length - masters, {
      message: 'a replica is not known',
    });
    if (index < masters) continue;
    await waitFor(async () => /master_link_status:up/.test(await client.info('replication')), {
      message: 'a replica has no link to its master',
    });
  }
}

async function replicas(client: Redis): Promise<number> {
  const text = (await client.cluster('NODES')) as unknown as string;
  return text.match(/slave/g)?.length ?? 0;
}

async function info(client: Redis): Promise<Record<string, string>> {
  const text = (await client.cluster('INFO')) as unknown as string;
  return Object.fromEntries(text.split('\r\n').map((line) => line.split(':')));
}

export interface RedisClusterOptions {
  /** Nodes that own slots; 3 unless given, fewer than 3 cannot elect. */
  masters?: number;
  /** Replicas of each; none unless given. */
  replicasPerMaster?: number;
  /** ms of silence after which a node counts as failing; 2000 unless given. */
  nodeTimeout?: number;
}

export interface RedisCluster extends AsyncDisposable {
  /** The `redis://` addresses of all nodes, with commas between. */
  readonly url: string;
  /** Masters first, then replicas. */
  readonly nodes: RedisServer[];
  stop(): Promise<void>;
}
