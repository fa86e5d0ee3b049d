import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './claim-webhooks.lua';
import type { QueuedEvent } from './push-webhooks.ts';

const script = createScript('claim-webhooks', [clock, source]);

/**
 * Claims up to `limit` events that are due, in the order in which they became due. No other worker
 * gets them for `lease` ms. If the outcome of an event is not stored by then, the event becomes due
 * again, because its worker might have died.
 */
export async function claimWebhooks(
  redis: RedisConnection,
  endpoint: string,
  limit: number,
  lease: number,
): Promise<ClaimedEvent[]> {
  const names = [redis.keys.webhook(endpoint), redis.keys.webhookEvents(endpoint)];
  const reply = (await redis.run(script, names, [limit, lease])) as string[];
  const claimed: ClaimedEvent[] = [];
  for (let i = 0; i < reply.length; i += 2) {
    const [id = '', value = ''] = [reply[i], reply[i + 1]];
    const blank = value.indexOf(' ');
    claimed.push({ id, failures: Number(value.slice(0, blank)), text: value.slice(blank + 1) });
  }
  return claimed;
}

export interface ClaimedEvent extends QueuedEvent {
  /** Failed attempts. */
  failures: number;
}
