import { connectRedis, type RedisConnection } from '@parley/redis';
import { type TestRedis, waitFor } from '@parley/stack';
import { Cluster, Redis } from 'ioredis';
import { Gate } from './gate.ts';

/** Puts a gate before each server of a Redis; answers the address that leads through them. */
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

/** Makes the nodes of a cluster tell clients the gates' ports instead of their own; resolves when each knows those of all. */
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

/** What stands before the servers of a Redis. */
export interface RedisGates {
  gate: Pick<Gate, 'shut' | 'stall' | 'open' | 'close'>;
  /** Of the gates, with commas between. */
  url: string;
  /** Opens a link that sees through an outage. */
  connectPast(buckets: number): Promise<RedisConnection>;
}
