import { bodySchema } from '@parley/protocol';
import { pushWebhooks, type RedisConnection, readFocus, webhookEvent } from '@parley/redis';
import { pushEndpoint } from '@parley/service';
import { isRecalled, type Subscription, subscriptionsFor } from '../queries/push-subscriptions.ts';
import { Courier } from '../webhooks/courier.ts';
import { notificationOf } from './notification.ts';
import { PushServices, type PushServicesOptions } from './push-services.ts';

/**
 * Pushes messages to the devices of users who are not looking at the chat, except from muted chats.
 * A user with a connection may read the message first, within `PUSH_DELAY`. Processes the push
 * events that the recorder queues, so another process continues after a crash. Does not retry if a
 * push service fails, because a late notification is useless.
 */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #services: PushServices;
  readonly #courier: Courier;

  constructor(options: PusherOptions) {
    const { redis, log, config } = options;
    this.#options = options;
    this.#services = new PushServices(options);
    const retries = [1000, 5000, 30_000];
    this.#courier = new Courier(pushEndpoint, {
      redis,
      log,
      config: { ...config, retries, endpoints: [], backlog: 0, dead: 1 },
      poster: {
        post: async (_url, _headers, body) => {
          await this.#process(JSON.parse(String(body)) as PushEvent);
          return { status: 200, retryAfter: undefined };
        },
      },
      told: () => {},
    });
  }

  start(): void {
    this.#courier.start();
  }

  /** Resolves once the work in flight has ended. */
  async stop(): Promise<void> {
    await this.#courier.stop();
    this.#services.close();
  }

  /**
   * Pushes one message to the devices of users without a connection. Queues it again for users with
   * a connection. Rejects while PostgreSQL or Redis is down, so that the event is retried.
   */
  async #process(event: PushEvent): Promise<void> {
    const { type, data } = event;
    const { db, redis, config } = this.#options;
    const body = type === 'message.sent' ? bodySchema.safeParse(data.body).data : undefined;
    if (!body) return;
    const subscriptions = await subscriptionsFor(db, data, Date.now());
    if (subscriptions.length === 0 || (data.users !== undefined && (await isRecalled(db, data)))) return;
    const focus = await readFocus(redis, usersOf(subscriptions));
    const unseen = subscriptions.filter(({ user, chat }) => !focus.get(user)?.chats.has(chat));
    const mayWait = data.users === undefined && config.delay > 0;
    const [later, due] = split(unseen, ({ user }) => mayWait && focus.get(user)?.online === true);
    if (later.length > 0) await this.#delay(event, usersOf(later));
    const notify = (each: Subscription) => {
      const notification = notificationOf({ ...each, id: data.id, body });
      return this.#services.push(each, (sender) => sender.send(each, notification));
    };
    await Promise.all(due.map(notify));
  }

  /** Queues an event again for users who may read the message within `PUSH_DELAY`. */
  async #delay({ id, type, date, data }: PushEvent, users: number[]): Promise<void> {
    const { redis, config } = this.#options;
    const event = webhookEvent(`${id}_unread`, type, date, JSON.stringify({ ...data, users }));
    // It replaces the event that is pushed now, so the queue does not grow.
    await pushWebhooks(redis, pushEndpoint.id, [event], Number.MAX_SAFE_INTEGER, config.delay);
  }
}

function usersOf(subscriptions: readonly Subscription[]): number[] {
  return [...new Set(subscriptions.map(({ user }) => user))];
}

/** Returns the items that meet a condition, and the others. */
function split<T>(items: readonly T[], meets: (item: T) => boolean): [T[], T[]] {
  return [items.filter(meets), items.filter((item) => !meets(item))];
}

export interface PusherOptions extends PushServicesOptions {
  redis: RedisConnection;
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
