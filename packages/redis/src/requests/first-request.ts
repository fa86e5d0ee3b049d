import type { RedisConnection } from '../connection/redis-connection.ts';

/**
 * Seconds after which a request without a response counts as failed, because its process was
 * killed. Longer than any request lasts.
 */
const UNANSWERED_TTL = 120;

/**
 * Stores that a request with an idempotency key has begun. Returns undefined if it is the first
 * one, otherwise the stored data of the first one.
 *
 * @param name the idempotency key with its owner
 * @param fingerprint equal for equal requests
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

/** Stores the response to a request, for its repetitions within `ttl` seconds. */
export async function storeResponse(
  { client, keys }: RedisConnection,
  name: string,
  request: Required<FirstRequest>,
  ttl: number,
): Promise<void> {
  await client.set(keys.request(name), JSON.stringify(request), 'EX', ttl);
}

/** Forgets a request that failed, so that it may be repeated. */
export async function forgetRequest({ client, keys }: RedisConnection, name: string): Promise<void> {
  await client.del(keys.request(name));
}

/** The stored data of the first request with an idempotency key. */
export interface FirstRequest {
  fingerprint: string;
  /** The response as text. Undefined while the request is in progress. */
  response?: string;
}
