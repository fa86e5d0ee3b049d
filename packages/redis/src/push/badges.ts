import type { RedisConnection } from '../connection/redis-connection.ts';

// Functions about the users whose phones might show a number on the app's icon, because of a push
// notification.

/** Stores that phones of some users might show a number on the app's icon. */
export async function addBadges({ client, keys }: RedisConnection, users: readonly number[]): Promise<void> {
  if (users.length > 0) await client.sadd(keys.pushBadges, ...users);
}

/** Returns which of `users` have phones that might show a number on the app's icon. */
export async function usersWithBadge({ client, keys }: RedisConnection, users: readonly number[]): Promise<number[]> {
  if (users.length === 0) return [];
  const found = await client.smismember(keys.pushBadges, ...users);
  return users.filter((_, i) => found[i] === 1);
}

export async function removeBadge({ client, keys }: RedisConnection, user: number): Promise<void> {
  await client.srem(keys.pushBadges, user);
}
