import clock from '../connection/clock.lua';
import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './settle-webhook.lua';

const script = createScript('settle-webhook', [clock, source], { durable: true });

/**
 * Says what became of an event that was claimed: told, to be told again, or given up and put among the dead, of which the newest are
 * kept. Answers false when somebody else has settled it, whose word then holds.
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
  /** `after` so many ms. */
  | { is: 'again'; failures: number; after: number }
  /** `keep` so many dead ones. */
  | { is: 'dead'; attempts: number; error: string; keep: number };
