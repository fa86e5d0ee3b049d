import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './push-webhooks.lua';

const script = createScript('push-webhooks', [clock, source], { durable: true });

/**
 * Adds events to what a webhook endpoint has yet to be told; resolves when Redis has them. An event that waits already, by its id, is
 * not added again. Answers how many were dropped because `most` wait already.
 */
export async function pushWebhooks(
  redis: RedisConnection,
  endpoint: string,
  events: readonly QueuedEvent[],
  most: number,
): Promise<number> {
  if (events.length === 0) return 0;
  const names = [redis.keys.webhook(endpoint), redis.keys.webhookEvents(endpoint)];
  return (await redis.run(script, names, [most, ...events.flatMap(({ id, text }) => [id, text])])) as number;
}

/** What an endpoint is to be told. */
export interface QueuedEvent {
  /** The same however often the event is told. */
  id: string;
  /** JSON text. */
  text: string;
}
