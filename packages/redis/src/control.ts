import type { RedisConnection } from './link.ts';

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
export async function forgetPermits(link: RedisConnection, users: number[]): Promise<void> {
  await Promise.all(users.map((user) => sendControl(link, user, { do: 'forget' })));
}

/**
 * Ends a session of a user: it is refused at connect until `until` (ms since 1970, the end of its last access token), and
 * its sockets are closed on every gateway. The inbox is no longer kept for the device that is named after it.
 */
export async function revokeSession(
  link: RedisConnection,
  user: number,
  session: string,
  until: number,
): Promise<void> {
  const name = link.keys.revoked(user);
  const end = Math.max(until, Date.now()) + 86_400_000;
  await Promise.all([
    link.client.zadd(name, 'GT', until, session),
    link.client.zremrangebyscore(name, '-inf', Date.now() - 60_000),
    // The list outlives the longest of its tokens: NX for a new list, GT for one that has a time to live.
    link.client.pexpireat(name, end, 'NX'),
    link.client.pexpireat(name, end, 'GT'),
    link.client.hdel(link.keys.cursors(user), session),
  ]);
  await sendControl(link, user, { do: 'revoke', session });
}

/** Closes all sockets of a user, on every gateway. Whether they may come back is said elsewhere. */
export async function closeSockets(link: RedisConnection, user: number): Promise<void> {
  await sendControl(link, user, { do: 'revoke' });
}

/** Whether a session of a user was ended. */
export async function isRevoked(link: RedisConnection, user: number, session: string): Promise<boolean> {
  return (await link.client.zscore(link.keys.revoked(user), session)) !== null;
}

/** Publishes bytes that are no event, such as `typing`, to the sockets of a user. */
export async function publish(link: RedisConnection, user: number, frame: string): Promise<void> {
  await link.client.spublish(link.keys.user(user), frame);
}

/** Says something to the gateways that hold a user's connections. */
export function sendControl(link: RedisConnection, user: number, control: Control): Promise<void> {
  return publish(link, user, `!${JSON.stringify(control)}`);
}
