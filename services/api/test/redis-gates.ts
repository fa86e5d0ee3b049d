import { connectRedis, type RedisConnection } from '@parley/redis';
import { type TestRedis, waitFor } from '@parley/stack';
import { Cluster, Redis } from 'ioredis';
import { Gate } from './gate.ts';

/** Puts a `Gate` (a TCP proxy) in front of each Redis server. Returns the gates and their URLs. */
export async function gatesBefore(server: TestRedis): Promise<RedisGates> {
  const gates = await Promise.all(server.nodes.map(({ url }) => Gate.before(url)));
  const url = gates.map((each) => each.url).join(',');
  const ports = gates.map((each) => Number(new URL(each.url).port));
  if (server.clustered) await announce(server, ports);
  const all = gates.map(({ gate }) => gate);
  return {
    url,
    gate: {
      shut: () => {
        for (const gate of all) gate.shut();
      },
      stall: () => {
        for (const gate of all) gate.stall();
      },
      open: () => {
        for (const gate of all) gate.open();
      },
      close: async () => void (await Promise.all(all.map((gate) => gate.close()))),
    },
    connectPast: async (buckets) => {
      const redis = await connectRedis({ url: server.url, buckets });
      if (redis.client instanceof Cluster) {
        const behind = server.nodes.map(({ port }, i) => [`127.0.0.1:${ports[i]}`, { host: '127.0.0.1', port }]);
        redis.client.options.natMap = Object.fromEntries(behind);
        await new Promise((resolve) => (redis.client as Cluster).refreshSlotsCache(resolve));
      }
      return redis;
    },
  };
}

/**
 * Makes the nodes of a cluster announce the ports of their gates instead of their own ports.
 * Resolves when each node knows the new ports of all nodes.
 */
async function announce(server: TestRedis, ports: number[]): Promise<void> {
  const clients = server.nodes.map((node) => new Redis(node.url));
  await Promise.all(clients.map((client, i) => client.config('SET', 'cluster-announce-port', String(ports[i]))));
  for (const client of clients) {
    await waitFor(async () => {
      const told = (await client.cluster('NODES')) as unknown as string;
      return ports.every((port) => told.includes(`127.0.0.1:${port}@`));
    });
    client.disconnect();
  }
}

/** The gates in front of the servers of one Redis installation. */
export interface RedisGates {
  gate: Pick<Gate, 'shut' | 'stall' | 'open' | 'close'>;
  /** URLs of the gates, separated by commas. */
  url: string;
  /** Opens a connection to Redis that bypasses the gates. */
  connectPast(buckets: number): Promise<RedisConnection>;
}
