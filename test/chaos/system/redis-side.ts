import type { RedisServer } from '@parley/stack';
import { Redis } from 'ioredis';
import type { Cable } from '../network/cable.ts';

/** The interface of a run's Redis: a server with a replica, or a cluster. */
export interface RedisSide {
  /** The current URL for clients. */
  readonly url: string;
  /** The cables between the servers, or all cables to Redis in a cluster. */
  readonly cables: Cable[];
  /** Resolves when every server is up and every replica follows its master. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

/** Runs an action with a new connection to one server. */
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
