import type { Database } from '@parley/database';
import { bodySchema } from '@parley/protocol';
import { type RedisConnection, readPresence } from '@parley/redis';
import { Counter, type Log, Poster, pushEndpoint, type Registry } from '@parley/service';
import webPush from 'web-push';
import { deleteSubscription, type Subscription, subscriptionsFor } from '../queries/push-subscriptions.ts';
import { Courier } from '../webhooks/courier.ts';
import type { PushConfig } from './config.ts';
import { notificationOf } from './notification.ts';

/**
 * Pushes messages to the devices of users without a connection, except from muted chats. Push
 * events of the recorder are the source, so another process continues after a crash. A failed push
 * service is not retried, because a late notification is useless.
 */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #poster: Poster;
  readonly #courier: Courier;
  readonly #pushes: Counter<'outcome'>;

  constructor(options: PusherOptions) {
    const { redis, log, metrics, config } = options;
    this.#options = options;
    this.#poster = new Poster(config);
    this.#pushes = new Counter({
      name: 'parley_pushes_total',
      help: 'Notifications sent to push services, by how they took them.',
      labelNames: ['outcome'] as const,
      registers: [metrics],
    });
    const retries = [1000, 5000, 30_000];
    this.#courier = new Courier(pushEndpoint, {
      redis,
      log,
      config: { ...config, retries, endpoints: [], backlog: 0, dead: 1 },
      poster: { post: (_url, _headers, body) => this.#push(String(body)) },
      told: () => {},
    });
  }

  start(): void {
    this.#courier.start();
  }

  /** Resolves once the work in flight has ended. */
  async stop(): Promise<void> {
    await this.#courier.stop();
    this.#poster.close();
  }

  /** Rejects while PostgreSQL or Redis is down, so that the event is retried. */
  async #push(text: string) {
    const done = { status: 200, retryAfter: undefined };
    const { type, data } = JSON.parse(text) as { type: string; data: Sent };
    const { db, redis } = this.#options;
    const body = type === 'message.sent' ? bodySchema.safeParse(data.body).data : undefined;
    if (!body) return done;
    const subscriptions = await subscriptionsFor(db, data, Date.now());
    if (subscriptions.length === 0) return done;
    const presence = await readPresence(redis, [...new Set(subscriptions.map(({ user }) => user))], []);
    const away = subscriptions.filter(({ user }) => !presence.get(user)?.online);
    await Promise.all(away.map((each) => this.#send(each, notificationOf({ ...each, body }))));
    return done;
  }

  async #send(subscription: Subscription, payload: string): Promise<void> {
    const { db, log, config } = this.#options;
    const { endpoint, p256dh, auth } = subscription;
    try {
      const request = webPush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
        vapidDetails: config.keys,
        TTL: config.ttl,
        urgency: 'high',
        contentEncoding: 'aes128gcm',
      });
      const headers = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
      const { status } = await this.#poster.post(
        endpoint,
        { ...Object.fromEntries(headers), 'user-agent': 'Parley' },
        request.body,
      );
      // The browser unsubscribed or is gone.
      if (status === 404 || status === 410) await deleteSubscription(db, subscription.user, endpoint);
      this.#pushes.inc({ outcome: status < 300 ? 'taken' : 'refused' });
    } catch (err) {
      this.#pushes.inc({ outcome: 'failed' });
      log.debug({ err, user: subscription.user }, 'could not push to a browser');
    }
  }
}

export interface PusherOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  metrics: Registry;
  config: PushConfig;
}

/** A message as webhooks receive it. */
interface Sent {
  id: number;
  conversation: string;
  from: number;
  to: number;
  body: unknown;
}
