import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Deletes the data in Redis about a user whose account was deleted: the inbox, resume points,
 * last-seen date, permit lists and profile. Keeps the permit kind `nobody` and the list of revoked
 * sessions until they expire, so that gateways still reject late messages and tokens.
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
