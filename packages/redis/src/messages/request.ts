import { groupConversation, userConversation } from '@parley/protocol';
import type { RedisConnection } from '../connection/redis-connection.ts';
import type { Keys } from '../keys.ts';

/**
 * Approximate maximum number of requests in a bucket. The oldest requests are dropped, because the
 * gateways that sent them no longer wait.
 */
const MAX_REQUESTS = 1000;

/**
 * A request to the recorder, usually for a copy that Redis lacks. The recorder reads PostgreSQL and
 * writes the copy to Redis.
 */
export type RecorderRequest =
  /** Requests the permits of a user or group. */
  | { kind: 'rebuild'; id: number }
  /** Requests the user with an external id. */
  | { kind: 'external'; external: string }
  /** Requests the sender of a message of a user's chat, and whether the message was recalled. */
  | { kind: 'facts'; user: number; chat: number; group?: true; id: number }
  /** Requests the refs of a user's messages in a chat. */
  | { kind: 'refs'; user: number; chat: number; group?: true }
  /** Requests the pinned messages of a conversation. */
  | { kind: 'pins'; user: number; chat: number; group?: true }
  /** Requests no copy: makes the recorder write the records of this bucket without delay. */
  | { kind: 'records'; bucket: number };

/**
 * Adds a request to the request stream of its bucket. Resolves when Redis has the request. Requests
 * and records are in separate streams, so that neither delays the other.
 */
export async function sendRequest(redis: RedisConnection, request: RecorderRequest): Promise<void> {
  const stream = redis.keys.requests(bucketOf(redis.keys, request));
  await redis.client.xadd(stream, 'MAXLEN', '~', MAX_REQUESTS, '*', 'e', JSON.stringify(request));
}

function bucketOf(keys: Keys, request: RecorderRequest): number {
  if (request.kind === 'records') return request.bucket;
  if (request.kind === 'rebuild') return keys.bucket(request.id);
  if (request.kind === 'external') return keys.spread(request.external);
  return keys.home(request.group ? groupConversation(request.chat) : userConversation(request.user, request.chat));
}
