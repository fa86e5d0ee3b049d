import type { RedisConnection } from '../connection/redis-connection.ts';
import { liveGateways } from './heartbeat.ts';

/**
 * Returns which users are online, and when the other users were last seen. `live` contains the live
 * gateways that the caller knows. Redis is queried about unknown gateways.
 */
export async function readPresence(
  redis: RedisConnection,
  users: number[],
  live: Iterable<string>,
): Promise<Map<number, Presence>> {
  const read = await Promise.all(
    users.map(async (user) => {
      const [counts, seen] = await Promise.all([
        redis.client.hgetall(redis.keys.online(user)),
        redis.client.get(redis.keys.seen(user)),
      ]);
      return { user, at: Object.keys(counts), seen };
    }),
  );
  const gateways = new Set(live);
  if (read.some(({ at }) => at.some((gateway) => !gateways.has(gateway)))) {
    for (const gateway of await liveGateways(redis)) gateways.add(gateway);
  }
  return new Map(
    read.map(({ user, at, seen }) => {
      const online = at.some((gateway) => gateways.has(gateway));
      return [user, { online, lastSeen: online || seen === null ? null : Number(seen) }];
    }),
  );
}

export interface Presence {
  online: boolean;
  /**
   * When the user was last online, in Unix ms. Null if the user is online or the time is unknown.
   */
  lastSeen: number | null;
}
