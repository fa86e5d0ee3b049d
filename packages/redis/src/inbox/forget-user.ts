import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Removes what Redis holds of a user whose account was deleted: inbox, resume points, last-seen
 * date, permits, profile. The permit `nobody` and the list of revoked sessions stay until they
 * expire, so that late messages and tokens are rejected.
 */
export async function forgetUser({ client, keys }: RedisConnection, user: number): Promise<void> {
  await client.del(
    keys.inbox(user),
    keys.index(user),
    keys.left(user),
    keys.cursors(user),
    keys.recalled(user),
    keys.seen(user),
    keys.hidden(user),
    keys.focus(user),
    keys.contacts(user),
    keys.blocks(user),
    keys.profile(user),
  );
  await client.srem(keys.pushBadges, user);
}
