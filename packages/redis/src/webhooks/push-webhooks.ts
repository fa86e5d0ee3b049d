import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './push-webhooks.lua';

const script = createScript('push-webhooks', [clock, source], { durable: true });

/**
 * Queues events for a webhook endpoint. Resolves when Redis has them. An event that is queued
 * already, by its id, is not added again. Returns how many were dropped because the queue holds
 * `most`.
 *
 * @param delay ms until the events are due
 */
export async function pushWebhooks(
  redis: RedisConnection,
  endpoint: string,
  events: readonly QueuedEvent[],
  most: number,
  delay = 0,
): Promise<number> {
  if (events.length === 0) return 0;
  const names = [redis.keys.webhook(endpoint), redis.keys.webhookEvents(endpoint)];
  return (await redis.run(script, names, [most, delay, ...events.flatMap(({ id, text }) => [id, text])])) as number;
}

/** An event to deliver. */
export interface QueuedEvent {
  /** The same for every delivery of the event. */
  id: string;
  /** JSON text. */
  text: string;
}
