import type { Friend } from '@parley/protocol';
import { liveGateways, type RedisConnection, readPresence } from '@parley/redis';
import type { FriendRow } from '../../queries/friendships.ts';

/**
 * Converts rows to friends with their presence. A friend appears offline if the friend hides their
 * presence or while Redis is down.
 */
export async function toFriends(redis: RedisConnection, rows: readonly FriendRow[]): Promise<Friend[]> {
  const presence = await presenceOf(
    redis,
    rows.filter((row) => !row.hidden).map((row) => row.user.id),
  );
  return rows.map(({ user, remark, friendGroup, since }) => {
    const { online = false, lastSeen = null } = presence.get(user.id) ?? {};
    return { user, remark, friendGroup, online, lastSeen, since };
  });
}

async function presenceOf(redis: RedisConnection, users: number[]): ReturnType<typeof readPresence> {
  try {
    return await readPresence(redis, users, await liveGateways(redis));
  } catch {
    return new Map();
  }
}
