import { randomBytes } from 'node:crypto';
import { announce, type RedisConnection, webhookEvent } from '@parley/redis';
import type { Log, WebhookEndpoint } from '@parley/service';

/**
 * Returns a function that queues a webhook event when a user comes online or goes offline. The
 * event is lost if Redis does not accept it.
 */
export function presenceWebhooks({ redis, log, endpoints, maxPending }: PresenceWebhooksOptions) {
  return (user: number, online: boolean): void => {
    if (!endpoints.some(({ events }) => events.includes('presence'))) return;
    const date = Date.now();
    const type = online ? 'presence.online' : 'presence.offline';
    const id = `presence_${user}_${date}_${randomBytes(6).toString('hex')}`;
    announce(redis, endpoints, 'presence', [webhookEvent(id, type, date, `{"user":${user}}`)], maxPending).then(
      (dropped) => dropped > 0 && log.error({ maxPending }, 'webhook backlog full: presence event dropped'),
      (error) => log.warn({ err: error }, 'queueing a presence webhook failed'),
    );
  };
}

export interface PresenceWebhooksOptions {
  redis: RedisConnection;
  log: Log;
  endpoints: readonly WebhookEndpoint[];
  /** Maximum number of queued events per endpoint. */
  maxPending: number;
}
