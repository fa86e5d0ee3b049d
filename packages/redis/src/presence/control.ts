import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * A word to the gateways that hold a user's sockets, on the same channel as the user's frames; its first byte, which no
 * frame has, tells them apart. `forget`: drop what you remember of the permits of this user; `revoke`: close the sockets
 * of a session, or all of the user; `fence`: close the sockets with a lower number; `frame`: a device without a socket says something about its connection.
 */
export type Control =
  | { do: 'forget' }
  | { do: 'revoke'; session?: string }
  | { do: 'fence'; number: number }
  | { do: 'frame'; device: string; frame: unknown };

/** First byte of a control word: `!`. */
export const CONTROL_BYTE = 0x21;

/** Makes every gateway ask again whether these users may write to others. */
export async function forgetPermits(redis: RedisConnection, users: number[]): Promise<void> {
  await Promise.all(users.map((user) => sendControl(redis, user, { do: 'forget' })));
}

/**
 * Ends a session of a user: it is refused at connect until `until` (ms since 1970, the end of its last access token), and
 * its sockets are closed on every gateway. The inbox is no longer kept for the device that is named after it.
 */
export async function revokeSession(
  redis: RedisConnection,
  user: number,
  session: string,
  until: number,
): Promise<void> {
  const name = redis.keys.revoked(user);
  const end = Math.max(until, Date.now()) + 86_400_000;
  await Promise.all([
    redis.client.zadd(name, 'GT', until, session),
    redis.client.zremrangebyscore(name, '-inf', Date.now() - 60_000),
    // The list outlives the longest of its tokens: NX for a new list, GT for one that has a time to live.
    redis.client.pexpireat(name, end, 'NX'),
    redis.client.pexpireat(name, end, 'GT'),
    redis.client.hdel(redis.keys.cursors(user), session),
  ]);
  await sendControl(redis, user, { do: 'revoke', session });
}

/** Closes all sockets of a user, on every gateway. Whether they may come back is said elsewhere. */
export async function closeSockets(redis: RedisConnection, user: number): Promise<void> {
  await sendControl(redis, user, { do: 'revoke' });
}

/** Whether a session of a user was ended. */
export async function isRevoked(redis: RedisConnection, user: number, session: string): Promise<boolean> {
  return (await redis.client.zscore(redis.keys.revoked(user), session)) !== null;
}

/** Publishes bytes that are no event, such as `typing`, to the sockets of a user. */
export async function publish(redis: RedisConnection, user: number, frame: string): Promise<void> {
  await redis.client.spublish(redis.keys.user(user), frame);
}

/** Says something to the gateways that hold a user's connections. */
export function sendControl(redis: RedisConnection, user: number, control: Control): Promise<void> {
  return publish(redis, user, `!${JSON.stringify(control)}`);
}
