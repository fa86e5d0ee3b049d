import type { RedisConnection } from '../connection/redis-connection.ts';

/** Returns how many events are queued for a webhook endpoint, and how many permanently failed. */
export async function countWebhooks(
  redis: RedisConnection,
  endpoint: string,
): Promise<{ waiting: number; dead: number }> {
  const { client, keys } = redis;
  const [waiting, dead] = await Promise.all([
    client.zcard(keys.webhook(endpoint)),
    client.zcard(keys.webhookDead(endpoint)),
  ]);
  return { waiting, dead };
}

/**
 * Returns up to `limit` events that permanently failed before a date in Unix ms, the newest first.
 */
export async function listDeadWebhooks(
  redis: RedisConnection,
  endpoint: string,
  before: number,
  limit: number,
): Promise<DeadEvent[]> {
  const { client, keys } = redis;
  const ids = await client.zrevrangebyscore(keys.webhookDead(endpoint), `(${before}`, '-inf', 'LIMIT', 0, limit);
  if (ids.length === 0) return [];
  const texts = await client.hmget(keys.webhookDeadEvents(endpoint), ...ids);
  // Skips events that another worker has replayed since they were listed.
  return ids.flatMap((id, i) => (texts[i] == null ? [] : [{ id, ...JSON.parse(texts[i]) }]));
}

/** A given-up event. */
export async function getDeadWebhook(
  redis: RedisConnection,
  endpoint: string,
  id: string,
): Promise<DeadEvent | undefined> {
  const text = await redis.client.hget(redis.keys.webhookDeadEvents(endpoint), id);
  return text === null ? undefined : { id, ...JSON.parse(text) };
}

/** Deletes an event that permanently failed. Returns false if it does not exist. */
export async function removeDeadWebhook(redis: RedisConnection, endpoint: string, id: string): Promise<boolean> {
  const { client, keys } = redis;
  const removed = await client.hdel(keys.webhookDeadEvents(endpoint), id);
  await client.zrem(keys.webhookDead(endpoint), id);
  return removed === 1;
}

export interface DeadEvent {
  id: string;
  attempts: number;
  /** Error of the last delivery attempt. */
  error: string;
  /** Unix ms. */
  died: number;
  event: Record<string, unknown>;
}
