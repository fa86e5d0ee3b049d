import type { RedisServer } from '@parley/stack';
import { Redis } from 'ioredis';
import type { Cable } from '../network/cable.ts';

/** Common interface of both forms of Redis in a run: one server with a replica, or a cluster. */
export interface RedisSide {
  /** URL at which clients currently reach Redis. */
  readonly url: string;
  /** The proxies between the servers. In a cluster, all proxies to its nodes. */
  readonly cables: Cable[];
  /** Resolves when every server is running and every replica follows its master. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

/** Opens a connection to one server, runs an action with it and closes it. */
export async function command<T>(server: RedisServer, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(server.url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
