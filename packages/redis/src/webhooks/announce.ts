import type { RedisConnection } from '../connection/redis-connection.ts';
import { pushWebhooks, type QueuedEvent } from './push-webhooks.ts';

/**
 * Queues events for every webhook endpoint that subscribed to their kind. Resolves when Redis has
 * the events, with the number of dropped events. An endpoint that already has `maxQueued` queued
 * events gets no more.
 */
export async function announce(
  redis: RedisConnection,
  endpoints: readonly Announced[],
  kind: string,
  events: readonly QueuedEvent[],
  maxQueued: number,
): Promise<number> {
  const interested = endpoints.filter((endpoint) => endpoint.events.includes(kind));
  const dropped = await Promise.all(interested.map(({ id }) => pushWebhooks(redis, id, events, maxQueued)));
  return dropped.reduce((sum, count) => sum + count, 0);
}

/**
 * Creates an event in the form that endpoints receive, without the number of the attempt.
 *
 * @param id unique id of the event, the same for every delivery
 * @param date Unix ms
 * @param data JSON text
 */
export function webhookEvent(id: string, type: string, date: number, data: string): QueuedEvent {
  const text = `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)},"date":${date},"data":${data}}`;
  return { id, text };
}

/** An endpoint and the kinds of events that it subscribed to. */
interface Announced {
  id: string;
  events: readonly string[];
}
