import type { RedisConnection } from '../connection/redis-connection.ts';

/** Seconds for which the user of an external id is cached, also if there is none. */
const KNOWN_TTL = 86_400;
const NOBODY_TTL = 30;

/**
 * Returns the user with this external id, null if nobody has it, or undefined if Redis has no copy.
 */
export async function readExternalUser(redis: RedisConnection, external: string): Promise<number | null | undefined> {
  const text = await redis.client.get(redis.keys.external(external));
  if (text === null) return undefined;
  return text === 'nobody' ? null : Number(text);
}

/**
 * Stores the user of an external id. With `asked`, it keeps an existing copy, which may be newer
 * than the lookup.
 */
export async function writeExternalUser(
  redis: RedisConnection,
  external: string,
  user: number | null,
  asked = false,
): Promise<void> {
  const [text, ttl] = user === null ? ['nobody', NOBODY_TTL] : [String(user), KNOWN_TTL];
  const name = redis.keys.external(external);
  if (asked) await redis.client.set(name, text, 'EX', ttl, 'NX');
  else await redis.client.set(name, text, 'EX', ttl);
}
