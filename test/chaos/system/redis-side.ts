import type { RedisServer } from '@parley/stack';
import { Redis } from 'ioredis';
import type { Cable } from '../network/cable.ts';

/** What a run asks of its Redis, whether it is a server with a replica or a cluster. */
export interface RedisSide {
  /** Where it is reached now. */
  readonly url: string;
  /** Those within it, or all that lead to it. */
  readonly cables: Cable[];
  /** Resolves when every server is there and every replica follows its master. */
  whole(): Promise<void>;
  stop(): Promise<void>;
}

/** Does something with a connection of its own to one server. */
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
