import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './push-webhooks.lua';

const script = createScript('push-webhooks', [clock, source], { durable: true });

/**
 * Queues events for a webhook endpoint. Resolves when Redis has the events, with the number of
 * events that were dropped because the queue contains `maxQueued` events. Does not add an event
 * again whose id is already queued.
 *
 * @param delay ms until the events are due
 */
export async function pushWebhooks(
  redis: RedisConnection,
  endpoint: string,
  events: readonly QueuedEvent[],
  maxQueued: number,
  delay = 0,
): Promise<number> {
  if (events.length === 0) return 0;
  const names = [redis.keys.webhook(endpoint), redis.keys.webhookEvents(endpoint)];
  return (await redis.run(script, names, [
    maxQueued,
    delay,
    ...events.flatMap(({ id, text }) => [id, text]),
  ])) as number;
}

/** An event to deliver. */
export interface QueuedEvent {
  /** Id of the event, the same for every delivery. */
  id: string;
  /** JSON text. */
  text: string;
}
