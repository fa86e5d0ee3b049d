import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './settle-webhook.lua';

const script = createScript('settle-webhook', [clock, source], { durable: true });

/**
 * Stores the outcome of a claimed event: delivered, to be retried, or failed permanently. Moves a
 * permanently failed event to the dead events, of which only the newest are stored. Returns false
 * if another worker has already stored the outcome.
 */
export async function settleWebhook(
  redis: RedisConnection,
  endpoint: string,
  id: string,
  outcome: Outcome,
): Promise<boolean> {
  const { keys } = redis;
  const names = [
    keys.webhook(endpoint),
    keys.webhookEvents(endpoint),
    keys.webhookDead(endpoint),
    keys.webhookDeadEvents(endpoint),
  ];
  const args =
    outcome.is === 'done'
      ? []
      : outcome.is === 'again'
        ? [outcome.failures, Math.ceil(outcome.after)]
        : [`{"attempts":${outcome.attempts},"error":${JSON.stringify(outcome.error)},"died":`, outcome.keep];
  return (await redis.run(script, names, [id, outcome.is, ...args])) === 1;
}

export type Outcome =
  | { is: 'done' }
  /** Ms until the next delivery attempt. */
  | { is: 'again'; failures: number; after: number }
  /** Maximum number of dead events that are stored. */
  | { is: 'dead'; attempts: number; error: string; keep: number };
