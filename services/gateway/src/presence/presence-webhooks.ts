import { randomBytes } from 'node:crypto';
import { announce, type RedisConnection, webhookEvent } from '@parley/redis';
import type { Log, WebhookEndpoint } from '@parley/service';

/**
 * Makes what notes for webhook endpoints that a user came online or went offline. Nobody waits for it: what Redis does not take is
 * lost.
 */
export function announcePresence({ link, log, endpoints, most }: AnnounceOptions) {
  return (user: number, online: boolean): void => {
    if (!endpoints.some(({ events }) => events.includes('presence'))) return;
    const date = Date.now();
    const type = online ? 'presence.online' : 'presence.offline';
    const id = `presence_${user}_${date}_${randomBytes(6).toString('hex')}`;
    announce(link, endpoints, 'presence', [webhookEvent(id, type, date, `{"user":${user}}`)], most).then(
      (dropped) => dropped > 0 && log.error({ most }, 'too many events wait for a webhook endpoint: one was dropped'),
      (error) => log.warn({ err: error }, 'could not note a change of presence for webhooks'),
    );
  };
}

interface AnnounceOptions {
  link: RedisConnection;
  log: Log;
  endpoints: readonly WebhookEndpoint[];
  /** Events that may wait for an endpoint. */
  most: number;
}
