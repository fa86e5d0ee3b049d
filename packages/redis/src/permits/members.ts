import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns the members of a group from the copy in Redis. */
export async function readMembers(redis: RedisConnection, group: number): Promise<number[]> {
  return (await redis.client.smembers(redis.keys.members(group))).map(Number);
}

/** Returns the members of a group who cannot see a message because they joined after it. */
export async function readLaterMembers(
  { client, keys }: RedisConnection,
  group: number,
  id: number,
): Promise<number[]> {
  return (await client.zrangebyscore(keys.floors(group), id, '+inf')).map(Number);
}

/** Returns the Unix ms at which the mute of a group member ends. 0: the member is not muted. */
export async function readMute({ client, keys }: RedisConnection, group: number, user: number): Promise<number> {
  return Number((await client.hget(keys.restrictions(group), String(user))) ?? 0);
}
