import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Seconds for which Redis caches the user of an external id, and for which it caches that no user
 * has the id.
 */
const KNOWN_TTL = 86_400;
const NOBODY_TTL = 30;

/**
 * Returns the user with this external id. Returns null if no user has it, and undefined if Redis
 * has no copy.
 */
export async function readExternalUser(redis: RedisConnection, external: string): Promise<number | null | undefined> {
  const text = await redis.client.get(redis.keys.external(external));
  if (text === null) return undefined;
  return text === 'nobody' ? null : Number(text);
}

/**
 * Stores the user of an external id. With `asked`, keeps an existing entry, because it might be
 * newer than the lookup.
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
