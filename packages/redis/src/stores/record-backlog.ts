import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns the bytes of Redis' memory that the record streams occupy, estimated from samples. */
export async function recordBacklog(redis: RedisConnection): Promise<number> {
  const sizes = await Promise.all(
    Array.from({ length: redis.keys.buckets }, async (_, bucket) => {
      const key = redis.keys.record(bucket);
      return Number((await redis.call(key, ['MEMORY', 'USAGE', key])) ?? 0);
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
