import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Removes what Redis holds of a user whose account was deleted: inbox, places in it, when they were
 * last seen, who may write to them, their name. That they are nobody, and which sessions ended,
 * stays until it runs out: late messages and tokens are refused by it.
 */
export async function forgetUser({ client, keys }: RedisConnection, user: number): Promise<void> {
  await client.del(
    keys.inbox(user),
    keys.index(user),
    keys.left(user),
    keys.cursors(user),
    keys.recalled(user),
    keys.seen(user),
    keys.contacts(user),
    keys.blocks(user),
    keys.profile(user),
  );
}
