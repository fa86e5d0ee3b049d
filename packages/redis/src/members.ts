import type { RedisConnection } from './link.ts';

/** The members of a group, from the copy in Redis. */
export async function readMembers(link: RedisConnection, group: number): Promise<number[]> {
  return (await link.client.smembers(link.keys.members(group))).map(Number);
}
