import type { Entry } from '@parley/database';
import { type QueuedEvent, type RedisConnection, usersWithBadge, webhookEvent } from '@parley/redis';
import type { PushUsers } from './push-users.ts';

/**
 * Ms until the number of unread messages on phones is checked. Several read marks within this time
 * cause a single check.
 */
export const BADGE_DELAY_MS = 1000;

/**
 * Returns the push events of users who have read messages and whose phones might show the number of
 * unread messages. Sends one Redis command if a user with a push device has read messages,
 * otherwise none.
 */
export async function badgeEvents(
  redis: RedisConnection,
  pushUsers: PushUsers,
  entries: readonly Entry[],
): Promise<QueuedEvent[]> {
  const readers = new Set<number>();
  for (const entry of entries)
    if (entry.kind === 'mark' && entry.read > 0 && pushUsers.mayHaveDevice(entry.user)) readers.add(entry.user);
  const now = Date.now();
  const users = await usersWithBadge(redis, [...readers]);
  return users.map((user) => {
    const id = `badge_${user}_${Math.floor(now / BADGE_DELAY_MS)}`;
    return webhookEvent(id, 'badge', now, JSON.stringify({ user }));
  });
}
