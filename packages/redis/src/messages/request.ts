import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { Keys } from '../keys.ts';

/** Requests that may wait in one bucket, about; the oldest are dropped, since their gateways do not wait any more. */
const MAX_REQUESTS = 1000;

/** A question of a gateway that the recorder answers from PostgreSQL by writing a copy to Redis. */
export type RecorderRequest =
  /** The permits of a user or group. */
  | { kind: 'rebuild'; id: number }
  /** Which user has an external id. */
  | { kind: 'external'; external: string }
  /** Who sent a message of a user's chat. */
  | { kind: 'facts'; user: number; chat: number; group?: true; id: number };

/**
 * Adds a request to the request stream of its bucket; resolves when Redis has it. Requests are apart from records, so that neither
 * delays the other.
 */
export async function sendRequest(redis: RedisConnection, request: RecorderRequest): Promise<void> {
  const stream = redis.keys.requests(bucketOf(redis.keys, request));
  await redis.client.xadd(stream, 'MAXLEN', '~', MAX_REQUESTS, '*', 'e', JSON.stringify(request));
}

function bucketOf(keys: Keys, request: RecorderRequest): number {
  if (request.kind === 'rebuild') return keys.bucket(request.id);
  if (request.kind === 'external') return keys.spread(request.external);
  return keys.home(request.group ? groupConversation(request.chat) : userConversation(request.user, request.chat));
}
