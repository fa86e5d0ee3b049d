import { startRedisCluster } from '@parley/stack';
import { expect, it } from 'vitest';
import { connectRedis } from './redis-connection.ts';

it('the Redis client connects to a cluster while one of its nodes restarts', async () => {
  await using cluster = await startRedisCluster({ replicasPerMaster: 1 });
  for (const node of cluster.nodes.slice(0, 3)) {
    await node.restart();
    const connections = await Promise.all(Array.from({ length: 15 }, () => connectRedis({ url: cluster.url })));
    expect(connections.map(({ client }) => client.status)).toEqual(connections.map(() => 'ready'));
    await Promise.all(connections.map((connection) => connection.close()));
  }
}, 60_000);
