import type { RedisConnection } from '../connection/redis-connection.ts';

/** Seconds for which it is remembered whose an external id is, and that it is nobody's. */
const KNOWN_TTL = 86_400;
const NOBODY_TTL = 30;

/** The user with this external id, or null for nobody, from the copy in Redis; undefined when it has none. */
export async function readExternalUser(redis: RedisConnection, external: string): Promise<number | null | undefined> {
  const text = await redis.client.get(redis.keys.external(external));
  if (text === null) return undefined;
  return text === 'nobody' ? null : Number(text);
}

/**
 * Says whose an external id is. `asked`: somebody asked, and what was found is by now perhaps older than what is there, which then
 * stays.
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
