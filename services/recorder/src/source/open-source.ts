import type { RedisConnection } from '@parley/redis';
import { ClusterSource } from './cluster-source.ts';
import { ServerSource } from './server-source.ts';
import type { Source } from './source.ts';

/** The source that fits this Redis. @param most entries to read at once, about */
export function openSource(link: RedisConnection, url: string, most: number): Source {
  return link.clustered ? new ClusterSource(link, most) : new ServerSource(link, url, most);
}
