import type { RedisConnection } from '@parley/redis';
import { ClusterSource } from './cluster-source.ts';
import { ServerSource } from './server-source.ts';
import type { Source } from './source.ts';

/**
 * Opens the source for one Redis server or a Redis Cluster.
 *
 * @param batch approximate number of entries to read at once @param key returns the stream of a
 * bucket
 */
export function openSource(
  redis: RedisConnection,
  url: string,
  batch: number,
  key: (bucket: number) => string,
): Source {
  return redis.clustered ? new ClusterSource(redis, batch, key) : new ServerSource(url, batch, key);
}
