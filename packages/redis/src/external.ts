import type { RedisConnection } from './link.ts';

/** Seconds for which it is remembered whose an external id is, and that it is nobody's. */
const KNOWN_TTL = 86_400;
const NOBODY_TTL = 30;

/** The user with this external id, or null for nobody, from the copy in Redis; undefined when it has none. */
export async function readExternalUser(link: RedisConnection, external: string): Promise<number | null | undefined> {
  const text = await link.client.get(link.keys.external(external));
  if (text === null) return undefined;
  return text === 'nobody' ? null : Number(text);
}

/**
 * Says whose an external id is. `asked`: somebody asked, and what was found is by now perhaps older than what is there, which then
 * stays.
 */
export async function writeExternalUser(
  link: RedisConnection,
  external: string,
  user: number | null,
  asked = false,
): Promise<void> {
  const [text, ttl] = user === null ? ['nobody', NOBODY_TTL] : [String(user), KNOWN_TTL];
  const name = link.keys.external(external);
  if (asked) await link.client.set(name, text, 'EX', ttl, 'NX');
  else await link.client.set(name, text, 'EX', ttl);
}
