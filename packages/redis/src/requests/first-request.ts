import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Seconds after which a request without a response counts as failed, because its process was
 * probably killed. Longer than any request lasts.
 */
const UNANSWERED_TTL = 120;

/**
 * Stores that a request with an idempotency key has begun. Returns undefined if it is the first
 * request with this key. Otherwise returns the stored data of the first request.
 *
 * @param name the idempotency key with its owner
 * @param fingerprint a string that is equal for equal requests
 */
export async function beginRequest(
  { client, keys }: RedisConnection,
  name: string,
  fingerprint: string,
): Promise<FirstRequest | undefined> {
  const begun = JSON.stringify({ fingerprint } satisfies FirstRequest);
  const first = await client.set(keys.request(name), begun, 'EX', UNANSWERED_TTL, 'NX', 'GET');
  return first === null ? undefined : (JSON.parse(first) as FirstRequest);
}

/**
 * Stores the response to a request for `ttl` seconds, so that repeated requests get the same
 * response.
 */
export async function storeResponse(
  { client, keys }: RedisConnection,
  name: string,
  request: Required<FirstRequest>,
  ttl: number,
): Promise<void> {
  await client.set(keys.request(name), JSON.stringify(request), 'EX', ttl);
}

/** Deletes the stored data of a request that failed, so that it can be repeated. */
export async function forgetRequest({ client, keys }: RedisConnection, name: string): Promise<void> {
  await client.del(keys.request(name));
}

/** The stored data of the first request with an idempotency key. */
export interface FirstRequest {
  fingerprint: string;
  /** The response as a string. Undefined while the request is in progress. */
  response?: string;
}
