import type { RedisConnection } from '../connection/redis-connection.ts';

/** How many events a webhook endpoint has yet to be told, and of how many it was given up to tell it. */
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

/** Up to `limit` events that were given up, the last first; those given up before a date, in ms since 1970. */
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
  // One that is replayed meanwhile is gone.
  return ids.flatMap((id, i) => (texts[i] == null ? [] : [{ id, ...JSON.parse(texts[i]) }]));
}

/** An event that was given up. */
export async function getDeadWebhook(
  redis: RedisConnection,
  endpoint: string,
  id: string,
): Promise<DeadEvent | undefined> {
  const text = await redis.client.hget(redis.keys.webhookDeadEvents(endpoint), id);
  return text === null ? undefined : { id, ...JSON.parse(text) };
}

/** Forgets an event that was given up; false when it is not among the dead. */
export async function removeDeadWebhook(redis: RedisConnection, endpoint: string, id: string): Promise<boolean> {
  const { client, keys } = redis;
  const removed = await client.hdel(keys.webhookDeadEvents(endpoint), id);
  await client.zrem(keys.webhookDead(endpoint), id);
  return removed === 1;
}

export interface DeadEvent {
  id: string;
  attempts: number;
  /** Of the last attempt. */
  error: string;
  /** Ms since 1970. */
  died: number;
  event: Record<string, unknown>;
}
