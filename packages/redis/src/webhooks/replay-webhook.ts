import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import { getDeadWebhook } from './dead-webhooks.ts';
import source from './replay-webhook.lua';

const script = createScript('replay-webhook', [clock, source], { durable: true });

/**
 * Queues an event that permanently failed again, so that it is due now. Returns false if the event
 * does not exist.
 */
export async function replayWebhook(redis: RedisConnection, endpoint: string, id: string): Promise<boolean> {
  const { keys } = redis;
  const dead = await getDeadWebhook(redis, endpoint, id);
  if (!dead) return false;
  const names = [
    keys.webhook(endpoint),
    keys.webhookEvents(endpoint),
    keys.webhookDead(endpoint),
    keys.webhookDeadEvents(endpoint),
  ];
  return (await redis.run(script, names, [id, JSON.stringify(dead.event)])) === 1;
}
