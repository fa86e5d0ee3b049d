import type { RedisConnection } from '../connection/redis-connection.ts';
import { liveGateways } from './heartbeat.ts';

/**
 * Returns for each user whether they are online and which chats they are looking at. Ignores
 * connections at dead gateways.
 */
export async function readFocus(redis: RedisConnection, users: readonly number[]): Promise<Map<number, Focus>> {
  const { client, keys } = redis;
  const read = await Promise.all(
    users.map(async (user) => {
      const [counts, chats] = await Promise.all([
        client.hkeys(keys.online(user)),
        client.hgetall(keys.focus(user)) as Promise<Record<string, string>>,
      ]);
      return { user, counts, chats };
    }),
  );
  const connected = read.some(({ counts }) => counts.length > 0);
  const live = new Set(connected ? await liveGateways(redis) : []);
  return new Map(
    read.map(({ user, counts, chats }) => {
      const at = counts.filter((gateway) => live.has(gateway));
      const looking = at.flatMap((gateway) => chats[gateway]?.split(',').map(Number) ?? []);
      return [user, { online: at.length > 0, chats: new Set(looking) }];
    }),
  );
}

export interface Focus {
  /** True if the user has a connection to a live gateway. */
  online: boolean;
  /** The chats that the user is looking at: ids of peers and groups. */
  chats: ReadonlySet<number>;
}
