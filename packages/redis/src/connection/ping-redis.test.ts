import { startRedis, waitFor } from '@parley/stack';
import { expect, it } from 'vitest';
import { pingRedis } from './ping-redis.ts';
import { connectRedis } from './redis-connection.ts';

it('connectRedis rejects a replica, and pingRedis rejects a master that became a replica', async () => {
  await using master = await startRedis();
  await using other = await startRedis();
  const redis = await connectRedis({ url: other.url });
  await pingRedis(redis.client);
  const address = new URL(master.url);
  await redis.call('x', ['REPLICAOF', address.hostname, address.port]);
  await waitFor(async () => (await redis.client.info('replication')).includes('role:slave'));
  const reason = 'Redis is a replica. REDIS_URL must lead to the master';
  await expect(pingRedis(redis.client)).rejects.toMatchObject({ reason });
  await redis.close();
  await expect(connectRedis({ url: other.url })).rejects.toThrow(reason);
});
