import type { RedisConnection } from '../connection/redis-connection.ts';
import type { Argument } from '../connection/script.ts';

/**
 * Returns the first arguments of every script that appends to the inboxes of a bucket. See
 * `read_limits` in `inbox.lua`.
 */
export function inboxLimits(redis: RedisConnection, bucket: number): Argument[] {
  return [redis.generation(bucket), redis.inboxLength, redis.inboxBytes, redis.inboxTtl];
}
