import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './record-backlog.lua';

const script = createScript('record-backlog', [source]);

/** Returns the bytes of Redis' memory that the record streams occupy, estimated from samples. */
export async function recordBacklog(redis: RedisConnection): Promise<number> {
  const streams = Array.from({ length: redis.keys.buckets }, (_, bucket) => redis.keys.record(bucket));
  // Calls the script once per bucket in a cluster, because a script can access the keys of only one
  // bucket there.
  const calls = redis.clustered ? streams.map((stream) => [stream]) : [streams];
  const sizes = await Promise.all(calls.map((some) => redis.run(script, some, [])));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0);
}
