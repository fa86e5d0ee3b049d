import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Returns the key that signs the addresses of LayIM files. Gateways sign an address for each
 * recipient, and the api verifies it. The first caller creates the key. If an operator deletes it,
 * all existing addresses become invalid.
 */
export async function readLayimKey({ client, keys }: RedisConnection): Promise<string> {
  const known = await client.get(keys.layim);
  if (known !== null) return known;
  await client.set(keys.layim, randomBytes(32).toString('base64url'), 'NX');
  return (await client.get(keys.layim)) ?? '';
}
