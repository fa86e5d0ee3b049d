import type { RedisConnection } from '../connection/redis-connection.ts';

/** Replaces the displayed name and the avatar of a user. */
export async function writeProfile(
  { client, keys }: RedisConnection,
  user: number,
  { name, avatar }: Profile,
): Promise<void> {
  await client.hset(keys.profile(user), { name, avatar: avatar ?? '' });
}

/** Returns the displayed name and the avatar of a user. Undefined if Redis has no copy. */
export async function readProfile({ client, keys }: RedisConnection, user: number): Promise<Profile | undefined> {
  const [name, avatar] = await client.hmget(keys.profile(user), 'name', 'avatar');
  return typeof name === 'string' ? { name, avatar: avatar || null } : undefined;
}

/** The displayed name and the avatar of a user. */
export interface Profile {
  name: string;
  /** URL of the avatar. Null if there is none. */
  avatar: string | null;
}
