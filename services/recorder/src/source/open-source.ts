import type { RedisConnection } from '@parley/redis';
import { ClusterSource } from './cluster-source.ts';
import { ServerSource } from './server-source.ts';
import type { Source } from './source.ts';

/**
 * Opens a source that reads the streams of one Redis server or of a Redis Cluster.
 *
 * @param batch approximate number of entries to read at a time
 * @param key returns the stream of a bucket
 */
export function openSource(
  redis: RedisConnection,
  url: string,
  batch: number,
  key: (bucket: number) => string,
): Source {
  return redis.clustered ? new ClusterSource(redis, batch, key) : new ServerSource(url, batch, key);
}
