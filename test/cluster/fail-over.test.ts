import { type RedisCluster, type RedisServer, waitFor } from '@parley/stack';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Kit } from '../groups/kit.ts';
import { Traffic } from './traffic.ts';

let kit: Kit;
let cluster: RedisCluster;
beforeAll(async () => {
  kit = await Kit.start({ cluster: true, nodeTimeout: 1000, env: { REPLICAS_ACK: '1', PROBE_INTERVAL: '500ms' } });
  cluster = kit.redis.cluster as RedisCluster;
});
afterAll(async () => {
  await kit?.[Symbol.asyncDispose]();
});

/** Returns the nodes in the list that are masters. */
async function mastersOf(nodes: RedisServer[]): Promise<RedisServer[]> {
  const roles = await Promise.all(
    nodes.map(async (node) => {
      const client = new Redis(node.url);
      const text = await client.info('replication');
      client.disconnect();
      return text.includes('role:master');
    }),
  );
  return nodes.filter((_, i) => roles[i]);
}

const texts = Array.from({ length: 150 }, (_, i) => `m${i}`);

describe('with REPLICAS_ACK=1, when a master dies under load', () => {
  it('with REPLICAS_ACK=1, no acknowledged message is lost or duplicated when a Redis master dies under load', async () => {
    await using traffic = await Traffic.between(kit, 6);
    const sending = traffic.send(texts);
    await traffic.untilHeard(30);
    const [dead] = cluster.nodes as [RedisServer];
    const left = cluster.nodes.filter((node) => node !== dead);
    await dead.kill();
    await waitFor(async () => (await mastersOf(left)).length === 3, { timeout: 20_000, message: 'no fail-over' });
    // Until the new master has a replica, no write to it can be acknowledged.
    await dead.restart();
    await sending;
    await cluster.settled();
    expect(await mastersOf([dead])).toEqual([]);
    await traffic.expectAll(texts);
  }, 120_000);
});
