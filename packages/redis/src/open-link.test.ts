import { startRedisCluster } from '@parley/stack';
import { expect, it } from 'vitest';
import { connectRedis } from './link.ts';

it('links open to a cluster of which a node has just been started again', async () => {
  await using cluster = await startRedisCluster({ replicasPerMaster: 1 });
  for (const node of cluster.nodes.slice(0, 3)) {
    await node.restart();
    const links = await Promise.all(Array.from({ length: 15 }, () => connectRedis({ url: cluster.url })));
    expect(links.map(({ client }) => client.status)).toEqual(links.map(() => 'ready'));
    await Promise.all(links.map((link) => link.close()));
  }
}, 60_000);
