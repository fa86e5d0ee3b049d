import type { RedisConnection } from '../connection/redis-connection.ts';

/** Says how a user is shown, instead of what was said before. */
export async function writeProfile(
  { client, keys }: RedisConnection,
  user: number,
  { name, avatar }: Profile,
): Promise<void> {
  await client.hset(keys.profile(user), { name, avatar: avatar ?? '' });
}

/** How a user is shown, from the copy in Redis; undefined when it has none. */
export async function readProfile({ client, keys }: RedisConnection, user: number): Promise<Profile | undefined> {
  const [name, avatar] = await client.hmget(keys.profile(user), 'name', 'avatar');
  return typeof name === 'string' ? { name, avatar: avatar || null } : undefined;
}

/** How a user is shown. */
export interface Profile {
  name: string;
  /** Where the picture lies; null for none. */
  avatar: string | null;
}
