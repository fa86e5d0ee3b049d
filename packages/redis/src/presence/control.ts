import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * A control message to the gateways that hold a user's sockets, on the channel of the user's
 * frames. Its first byte, which no frame has, identifies it. `forget` clears the cached permits of
 * this user, and checks whether the user still may see the presence of the users in `hidden`.
 * `revoke` closes the sockets of a session, or all of the user. `fence` closes the sockets with a
 * lower number. `frame` carries a frame of a device without a socket.
 */
export type Control =
  | { do: 'forget'; hidden?: number[] }
  | { do: 'revoke'; session?: string }
  | { do: 'fence'; number: number }
  | { do: 'frame'; device: string; frame: unknown };

/** First byte of a control message: `!`. */
export const CONTROL_BYTE = 0x21;

/**
 * The start of a message with several live frames. Gateways of the previous release ignore it as an
 * unknown control message. Each frame is on a separate line, so that gateways need not parse it.
 */
export const LIVE_HEAD = '!{"do":"live","frames":[\n';

/** Returns the control message that carries live frames. Live frames are not events. */
export function liveMessage(frames: string[]): string {
  return frames.length === 1 ? (frames[0] as string) : `${LIVE_HEAD}${frames.join(',\n')}\n]}`;
}

/**
 * Makes every gateway read the permits of these users again. `pairs` are users who may have lost
 * the right to see each other's presence.
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
 * Ends a session of a user: refuses its connections until `until`, the Unix ms at which its last
 * access token ends, and closes its sockets on every gateway. The inbox is no longer kept for the
 * device of that session.
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
    // The list outlives the longest token: NX for a new list, GT for one with a time to live.
    redis.client.pexpireat(name, end, 'NX'),
    redis.client.pexpireat(name, end, 'GT'),
    redis.client.hdel(redis.keys.cursors(user), session),
  ]);
  await sendControl(redis, user, { do: 'revoke', session });
}

/** Closes all sockets of a user on every gateway. It does not prevent new connections. */
export async function closeSockets(redis: RedisConnection, user: number): Promise<void> {
  await sendControl(redis, user, { do: 'revoke' });
}

/** Returns whether a session of a user was revoked. */
export async function isRevoked(redis: RedisConnection, user: number, session: string): Promise<boolean> {
  return (await redis.client.zscore(redis.keys.revoked(user), session)) !== null;
}

/** Publishes bytes that are not an event, such as `typing`, to the sockets of a user. */
export async function publish(redis: RedisConnection, user: number, frame: string): Promise<void> {
  await redis.client.spublish(redis.keys.user(user), frame);
}

/** Sends a control message to the gateways that hold a user's connections. */
export function sendControl(redis: RedisConnection, user: number, control: Control): Promise<void> {
  return publish(redis, user, `!${JSON.stringify(control)}`);
}
