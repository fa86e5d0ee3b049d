import { startRedis, startRedisCluster, waitFor } from '@parley/stack';
import { Cluster, Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

describe('startRedis', () => {
  it('startRedis keeps acknowledged writes when the server is killed', async () => {
    await using server = await startRedis();
    const client = new Redis(server.url);
    expect(await client.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    await client.set('key', 'kept');
    const { pid } = server;
    client.disconnect();
    await server.kill();
    expect(() => process.kill(pid, 0)).toThrow();
    await server.restart();
    expect(server.pid).not.toBe(pid);
    const again = new Redis(server.url);
    expect(await again.get('key')).toBe('kept');
    again.disconnect();
  });

  it('startRedis uses different ports for servers that start at the same time', async () => {
    const servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
    expect(new Set(servers.map((server) => server.port)).size).toBe(3);
    await Promise.all(servers.map((server) => server.stop()));
    for (const { pid } of servers) expect(() => process.kill(pid, 0)).toThrow();
  });

  it('startRedis rejects if the port is in use', async () => {
    await using server = await startRedis();
    await expect(startRedis({ port: server.port })).rejects.toThrow(/in use/);
  });
});

describe('startRedisCluster', () => {
  it('startRedisCluster distributes the hash slots over masters that have one replica each', async () => {
    await using cluster = await startRedisCluster({ masters: 3, replicasPerMaster: 1 });
    expect(cluster.nodes).toHaveLength(6);
    const client = new Cluster(cluster.url.split(','));
    for (const key of ['a', 'b', 'c', 'd', 'e']) await client.set(key, key);
    expect(client.nodes('master')).toHaveLength(3);
    client.disconnect();
    for (const node of cluster.nodes.slice(3)) {
      const replica = new Redis(node.url);
      expect(await replica.info('replication')).toMatch(/role:slave[\s\S]*master_link_status:up/);
      replica.disconnect();
    }
  });

  it('a Redis Cluster promotes a replica when its master is killed', async () => {
    await using cluster = await startRedisCluster({ masters: 3, replicasPerMaster: 1, nodeTimeout: 500 });
    const replica = new Redis(cluster.nodes[3]?.url ?? '');
    await cluster.nodes[0]?.kill();
    await waitFor(async () => /role:master/.test(await replica.info('replication')), { message: 'no failover' });
    replica.disconnect();
  });
});
