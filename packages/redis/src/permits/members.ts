import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns the members of a group from the copy in Redis. */
export async function readMembers(redis: RedisConnection, group: number): Promise<number[]> {
  return (await redis.client.smembers(redis.keys.members(group))).map(Number);
}
