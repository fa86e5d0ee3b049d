import type { RedisConnection } from '../link.ts';
import { createScript } from '../script.ts';
import { getDeadWebhook } from '../webhooks.ts';
import clock from './clock.lua';
import source from './replay-webhook.lua';

const script = createScript('replay-webhook', [clock, source], { durable: true });

/** Makes an event that was given up due again; false when it is not among the dead. */
export async function replayWebhook(link: RedisConnection, endpoint: string, id: string): Promise<boolean> {
  const { keys } = link;
  const dead = await getDeadWebhook(link, endpoint, id);
  if (!dead) return false;
  const names = [
    keys.webhook(endpoint),
    keys.webhookEvents(endpoint),
    keys.webhookDead(endpoint),
    keys.webhookDeadEvents(endpoint),
  ];
  return (await link.run(script, names, [id, JSON.stringify(dead.event)])) === 1;
}
