import type { Friend } from '@parley/protocol';
import { liveGateways, type RedisConnection, readPresence } from '@parley/redis';
import type { FriendRow } from '../../queries/friendships.ts';

/** Adds who is online; while Redis is away nobody seems to be. */
export async function toFriends(link: RedisConnection, rows: readonly FriendRow[]): Promise<Friend[]> {
  const presence = await presenceOf(
    link,
    rows.map((row) => row.user.id),
  );
  return rows.map(({ user, remark, friendGroup, since }) => {
    const { online = false, lastSeen = null } = presence.get(user.id) ?? {};
    return { user, remark, friendGroup, online, lastSeen, since };
  });
}

async function presenceOf(link: RedisConnection, users: number[]): ReturnType<typeof readPresence> {
  try {
    return await readPresence(link, users, await liveGateways(link));
  } catch {
    return new Map();
  }
}
