import type { RedisConnection } from '../connection/redis-connection.ts';
import { pushWebhooks, type QueuedEvent } from './push-webhooks.ts';

/**
 * Queues events for every webhook endpoint that subscribed to their kind. Resolves when Redis has
 * them. An endpoint with `most` queued events gets no more. Returns how many were dropped.
 */
export async function announce(
  redis: RedisConnection,
  endpoints: readonly Announced[],
  kind: string,
  events: readonly QueuedEvent[],
  most: number,
): Promise<number> {
  const interested = endpoints.filter((endpoint) => endpoint.events.includes(kind));
  const dropped = await Promise.all(interested.map(({ id }) => pushWebhooks(redis, id, events, most)));
  return dropped.reduce((sum, count) => sum + count, 0);
}

/**
 * Creates an event as endpoints receive it, without the number of the attempt. @param id the same
 * for every delivery of the event, and unique @param date Unix ms @param data JSON text
 */
export function webhookEvent(id: string, type: string, date: number, data: string): QueuedEvent {
  const text = `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)},"date":${date},"data":${data}}`;
  return { id, text };
}

/** An endpoint and the kinds of events it subscribed to. */
interface Announced {
  id: string;
  events: readonly string[];
}
