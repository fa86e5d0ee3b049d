import { randomBytes } from 'node:crypto';
import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Returns the key that signs the addresses of LayIM files: gateways make them for the recipients,
 * and the api verifies them. The first caller creates the key. If it is deleted, all addresses so
 * far become invalid.
 */
export async function readLayimKey({ client, keys }: RedisConnection): Promise<string> {
  const known = await client.get(keys.layim);
  if (known !== null) return known;
  await client.set(keys.layim, randomBytes(32).toString('base64url'), 'NX');
  return (await client.get(keys.layim)) ?? '';
}
