import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * A control message to the gateways of a user's connections, published on the channel of the user's
 * frames. The first byte distinguishes control messages from frames. `forget` clears the cached
 * permits of this user, and makes gateways check whether the user is still allowed to see the
 * presence of the users in `hidden`. `revoke` closes the connections of a session, or all of the
 * user's connections. `fence` closes the connections of the user whose number is lower than
 * `number`. `frame` carries a frame from a device that has no WebSocket.
 */
export type Control =
  | { do: 'forget'; hidden?: number[] }
  | { do: 'revoke'; session?: string }
  | { do: 'fence'; number: number }
  | { do: 'frame'; device: string; frame: unknown };

/** First byte of a control message: `!`. */
export const CONTROL_BYTE = 0x21;

/**
 * First part of a message that contains several live frames. Gateways of the previous release
 * ignore the message, because they do not know this kind of control message. Each frame is on a
 * separate line, so that gateways need not parse it.
 */
export const LIVE_HEAD = '!{"do":"live","frames":[\n';

/** Returns the message that carries live frames, which are not events of an inbox. */
export function liveMessage(frames: string[]): string {
  return frames.length === 1 ? (frames[0] as string) : `${LIVE_HEAD}${frames.join(',\n')}\n]}`;
}

/**
 * Makes every gateway read the permits of some users again. `pairs` are users who might no longer
 * be allowed to see each other's presence.
 */
export async function forgetPermits(
  redis: RedisConnection,
  users: number[],
  pairs: readonly [number, number][] = [],
): Promise<void> {
  const forget = (user: number): Control => {
    const hidden = pairs.flatMap(([a, b]) => (a === user ? [b] : b === user ? [a] : []));
    return { do: 'forget', ...(hidden.length > 0 && { hidden }) };
  };
  await Promise.all(users.map((user) => sendControl(redis, user, forget(user))));
}

/**
 * Ends a session of a user: closes the session's connections on every gateway, and rejects new ones
 * until `until`, the Unix ms at which the last access token of the session expires. The inbox no
 * longer keeps events for this session's device.
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
    // Ensures that the list outlives the longest token: NX sets the expiry of a new list, GT
    // extends an existing one.
    redis.client.pexpireat(name, end, 'NX'),
    redis.client.pexpireat(name, end, 'GT'),
    redis.client.hdel(redis.keys.cursors(user), session),
  ]);
  await sendControl(redis, user, { do: 'revoke', session });
}

/** Closes all connections of a user on every gateway. Does not prevent new connections. */
export async function closeSockets(redis: RedisConnection, user: number): Promise<void> {
  await sendControl(redis, user, { do: 'revoke' });
}

/** Returns whether a session of a user was revoked. */
export async function isRevoked(redis: RedisConnection, user: number, session: string): Promise<boolean> {
  return (await redis.client.zscore(redis.keys.revoked(user), session)) !== null;
}

/** Publishes a frame that is not an event, such as `typing`, to the connections of a user. */
export async function publish(redis: RedisConnection, user: number, frame: string): Promise<void> {
  await redis.client.spublish(redis.keys.user(user), frame);
}

/** Sends a control message to the gateways of a user's connections. */
export function sendControl(redis: RedisConnection, user: number, control: Control): Promise<void> {
  return publish(redis, user, `!${JSON.stringify(control)}`);
}
