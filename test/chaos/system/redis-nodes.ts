import { type Clock, moveSlots, type RedisCluster, type RedisServer, startRedisCluster, waitFor } from '@parley/stack';
import { Cable } from '../network/cable.ts';
import { command, type RedisSide } from './redis-side.ts';

/** Ms without a reply after which the nodes elect a new master. */
const NODE_TIMEOUT = 2000;

/**
 * A Redis Cluster of three masters with one replica each. Each node announces the port of a proxy
 * (`Cable`), so that clients and replicas reach it only through the proxy. The nodes' cluster bus
 * does not use the proxies.
 */
export class RedisNodes implements RedisSide {
  readonly #cluster: RedisCluster;
  readonly cables: Cable[];

  private constructor(cluster: RedisCluster, cables: Cable[]) {
    this.#cluster = cluster;
    this.cables = cables;
  }

  /** @param clocks clock of each node. A node without one uses the clock of the machine */
  static async start(clocks: readonly Clock[] = []): Promise<RedisNodes> {
    const cluster = await startRedisCluster({
      replicasPerMaster: 1,
      nodeTimeout: NODE_TIMEOUT,
      envOf: (index) => clocks[index]?.env ?? {},
    });
    const lay = (node: RedisServer, index: number) => Cable.lay(`all to redis-${index + 1}`, node.port);
    const nodes = new RedisNodes(cluster, await Promise.all(cluster.nodes.map(lay)));
    await Promise.all(cluster.nodes.map((node) => nodes.#announce(node)));
    await nodes.whole();
    return nodes;
  }

  get url(): string {
    return this.cables.map(({ port }) => `redis://127.0.0.1:${port}`).join(',');
  }

  get nodes(): readonly RedisServer[] {
    return this.#cluster.nodes;
  }

  /** Returns the name of a node for reports, with its current role. */
  async describe(node: RedisServer): Promise<string> {
    const master = (await this.masters()).includes(node);
    return `redis-${this.nodes.indexOf(node) + 1}, a ${master ? 'master' : 'replica'}`;
  }

  async masters(): Promise<RedisServer[]> {
    const roles = await Promise.all(
      this.nodes.map((node) => command(node, async (redis) => ((await redis.call('ROLE')) as [string])[0])),
    );
    return this.nodes.filter((_, index) => roles[index] === 'master');
  }

  /** Restarts a node that was killed. The other nodes then decide its role. */
  async restart(node: RedisServer): Promise<void> {
    await node.restart();
    await this.#announce(node);
  }

  /** Moves the hash slots of these buckets to another master. */
  async move(buckets: number[], to: RedisServer): Promise<void> {
    const slots = await command(to, (redis) =>
      Promise.all(buckets.map((bucket) => redis.call('CLUSTER', 'KEYSLOT', `{${bucket}}`) as Promise<number>)),
    );
    await moveSlots(this.#cluster, slots, to);
  }

  async whole(): Promise<void> {
    const settled = () => this.#cluster.settled().then(() => true);
    await waitFor(settled, { timeout: 60_000, interval: 100, message: 'the cluster does not come to rest' });
  }

  async stop(): Promise<void> {
    await this.#cluster.stop();
    await Promise.all(this.cables.map((cable) => cable.remove()));
  }

  async #announce(node: RedisServer): Promise<void> {
    const { port } = this.cables[this.nodes.indexOf(node)] as Cable;
    await command(node, (redis) => redis.config('SET', 'cluster-announce-port', port));
  }
}
