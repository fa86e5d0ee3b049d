import type { Database } from '@parley/database';
import { bodySchema } from '@parley/protocol';
import { pushWebhooks, type RedisConnection, readFocus, webhookEvent } from '@parley/redis';
import { Counter, type Log, pushEndpoint, type Registry } from '@parley/service';
import {
  deleteSubscription,
  isRecalled,
  type PushServiceName,
  type Subscription,
  subscriptionsFor,
} from '../queries/push-subscriptions.ts';
import { Courier } from '../webhooks/courier.ts';
import { ApnsSender } from './apns/apns-sender.ts';
import type { PushConfig } from './config.ts';
import { FcmSender } from './fcm/fcm-sender.ts';
import { type Notification, notificationOf } from './notification.ts';
import { CredentialsRefused, type PushSender } from './push-sender.ts';
import { WebPushSender } from './web-push-sender.ts';

/** Ms between two warnings about the credentials of a service. */
const WARNING_INTERVAL_MS = 60_000;

/**
 * Pushes messages to the devices of users who are not looking at the chat, except from muted chats.
 * A user with a connection may read the message first, within `PUSH_DELAY`. Processes the push
 * events that the recorder queues, so another process continues after a crash. Does not retry if a
 * push service fails, because a late notification is useless.
 */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #senders: Senders;
  readonly #courier: Courier;
  readonly #pushes: Counter<'service' | 'outcome'>;
  readonly #warned = new Map<PushServiceName, number>();

  constructor(options: PusherOptions) {
    const { redis, log, metrics, config } = options;
    this.#options = options;
    this.#senders = createSenders(config);
    this.#pushes = new Counter({
      name: 'parley_pushes_total',
      help: 'Notifications sent to push services, by how they took them.',
      labelNames: ['service', 'outcome'] as const,
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
    for (const sender of Object.values(this.#senders)) sender?.close();
  }

  /**
   * Pushes one message to the devices of users without a connection. Queues it again for users with
   * a connection. Rejects while PostgreSQL or Redis is down, so that the event is retried.
   */
  async #push(text: string) {
    const done = { status: 200, retryAfter: undefined };
    const { id, type, date, data } = JSON.parse(text) as PushEvent;
    const { db, redis, config } = this.#options;
    const body = type === 'message.sent' ? bodySchema.safeParse(data.body).data : undefined;
    if (!body) return done;
    const subscriptions = await subscriptionsFor(db, data, Date.now());
    if (subscriptions.length === 0 || (data.users !== undefined && (await isRecalled(db, data)))) return done;
    const focus = await readFocus(redis, [...new Set(subscriptions.map(({ user }) => user))]);
    const unseen = subscriptions.filter(({ user, chat }) => !focus.get(user)?.chats.has(chat));
    const mayWait = data.users === undefined && config.delay > 0;
    const [later, due] = split(unseen, ({ user }) => mayWait && focus.get(user)?.online === true);
    if (later.length > 0) {
      const users = [...new Set(later.map(({ user }) => user))];
      const event = webhookEvent(`${id}_unread`, type, date, JSON.stringify({ ...data, users }));
      // It replaces the event that is pushed now, so the queue does not grow.
      await pushWebhooks(redis, pushEndpoint.id, [event], Number.MAX_SAFE_INTEGER, config.delay);
    }
    await Promise.all(due.map((each) => this.#send(each, notificationOf({ ...each, id: data.id, body }))));
    return done;
  }

  async #send(subscription: Subscription, notification: Notification): Promise<void> {
    const { db, log } = this.#options;
    const { service, user, endpoint } = subscription;
    const sender = this.#senders[service];
    // The push service of the device was turned off.
    if (!sender) return;
    try {
      const { is, status, reason } = await sender.send(subscription, notification);
      if (is === 'gone') await deleteSubscription(db, user, endpoint);
      // A server error of the service counts like a failed connection.
      this.#pushes.inc({ service, outcome: status >= 500 ? 'failed' : is });
      if (is !== 'taken')
        log.debug({ user, pushService: service, status, reason }, 'a push service refused a notification');
    } catch (err) {
      this.#pushes.inc({ service, outcome: 'failed' });
      if (err instanceof CredentialsRefused) this.#warn(service, err);
      else log.debug({ err, user, pushService: service }, 'could not push to a device');
    }
  }

  /**
   * Logs that a service rejects the credentials, once per interval, because every message would
   * repeat it.
   */
  #warn(service: PushServiceName, err: CredentialsRefused): void {
    const now = Date.now();
    if (now - (this.#warned.get(service) ?? 0) < WARNING_INTERVAL_MS) return;
    this.#warned.set(service, now);
    this.#options.log.warn({ err, pushService: service }, 'a push service refuses the credentials of this server');
  }
}

/** Returns the items that meet a condition, and the others. */
function split<T>(items: readonly T[], meets: (item: T) => boolean): [T[], T[]] {
  return [items.filter(meets), items.filter((item) => !meets(item))];
}

function createSenders(config: PushConfig): Senders {
  const { web, fcm, apns } = config;
  return {
    web: web && new WebPushSender(config, web),
    fcm: fcm && new FcmSender(config, fcm),
    apns: apns && new ApnsSender(config, apns),
  };
}

type Senders = Partial<Record<PushServiceName, PushSender | undefined>>;

export interface PusherOptions {
  db: Database;
  redis: RedisConnection;
  log: Log;
  metrics: Registry;
  config: PushConfig;
}

interface PushEvent {
  id: string;
  type: string;
  date: number;
  data: Sent;
}

/** A message, in the form that webhooks use. */
interface Sent {
  id: number;
  conversation: string;
  from: number;
  to: number;
  body: unknown;
  /** The recipients who may have read the message since it was queued. Default: all recipients. */
  users?: number[];
}
