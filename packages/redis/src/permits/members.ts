import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns the members of a group from the copy in Redis. */
export async function readMembers(redis: RedisConnection, group: number): Promise<number[]> {
  return (await redis.client.smembers(redis.keys.members(group))).map(Number);
}

/** Returns the members of a group who joined after a message and do not see it. */
export async function readLaterMembers(
  { client, keys }: RedisConnection,
  group: number,
  id: number,
): Promise<number[]> {
  return (await client.zrangebyscore(keys.floors(group), id, '+inf')).map(Number);
}

/** Returns until when a member of a group may not write, in Unix ms. 0 if they may. */
export async function readMute({ client, keys }: RedisConnection, group: number, user: number): Promise<number> {
  return Number((await client.hget(keys.restrictions(group), String(user))) ?? 0);
}
