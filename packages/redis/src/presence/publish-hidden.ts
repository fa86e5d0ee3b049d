import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Makes gateways check which watchers of a user are still allowed to see the user's presence.
 * Gateways of the previous release show the user as offline.
 */
export async function publishHidden(redis: RedisConnection, user: number): Promise<void> {
  const frame = { type: 'presence', user, online: false, lastSeen: null, hidden: true };
  await redis.client.spublish(redis.keys.presence(user), JSON.stringify(frame));
}
