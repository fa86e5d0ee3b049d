import type { RedisClient } from './create-redis-client.ts';

/**
 * Resolves if Redis executes commands and accepts writes. Rejects with a `RedisReplicaError` if the
 * server is a replica, which also replies to PING. In a cluster, the client finds the masters.
 */
export async function pingRedis(client: RedisClient): Promise<void> {
  if ('nodes' in client) await client.ping();
  else if (!/^role:master/m.test(await client.info('replication'))) throw new RedisReplicaError();
}

/** Thrown if REDIS_URL leads to a replica, which refuses writes. */
class RedisReplicaError extends Error {
  override name = 'RedisReplicaError';
  /** The reason that `/readyz` and the log show. */
  readonly reason = 'Redis is a replica. REDIS_URL must lead to the master';

  constructor() {
    super('Redis is a replica. REDIS_URL must lead to the master');
  }
}
