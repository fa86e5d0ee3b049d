import type { RedisConnection } from '../connection/redis-connection.ts';
import { pushWebhooks, type QueuedEvent } from './push-webhooks.ts';

/**
 * Notes events for every webhook endpoint that is told of this kind; resolves when Redis has them, at once when there is none. An
 * endpoint that has `most` waiting gets no more. Answers how many were dropped.
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
 * An event as endpoints get it, save for the attempt.
 *
 * @param id the same however often it is told, and of no other event
 * @param date in ms since 1970
 * @param data JSON text
 */
export function webhookEvent(id: string, type: string, date: number, data: string): QueuedEvent {
  const text = `{"id":${JSON.stringify(id)},"type":${JSON.stringify(type)},"date":${date},"data":${data}}`;
  return { id, text };
}

/** An endpoint, and the kinds of events it is told of. */
interface Announced {
  id: string;
  events: readonly string[];
}
