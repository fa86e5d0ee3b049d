import { bodySchema } from '@parley/protocol';
import { addBadges, pushWebhooks, type RedisConnection, readFocus, removeBadge, webhookEvent } from '@parley/redis';
import { pushEndpoint } from '@parley/service';
import {
  deleteUnseen,
  devicesOf,
  isRecalled,
  type Subscription,
  subscriptionsFor,
} from '../queries/push-subscriptions.ts';
import { unreadTotals } from '../queries/unread-totals.ts';
import { Courier } from '../webhooks/courier.ts';
import { notificationOf } from './notification.ts';
import { PushServices, type PushServicesOptions } from './push-services.ts';
import { ZoneClocks } from './quiet-hours.ts';

/** Maximum ms between two deletions of devices that are not registered any more. */
const SWEEP_INTERVAL_MS = 3_600_000;

/**
 * Pushes messages to the devices of users who are not looking at the chat, except from muted chats.
 * A user with a connection may read the message first, within `PUSH_DELAY`. Users in their quiet
 * hours get none. Processes the push
 * events that the recorder queues, so another process continues after a crash. Does not retry if a
 * push service fails, because a late notification is useless.
 */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #services: PushServices;
  readonly #courier: Courier;
  #sweep: NodeJS.Timeout | undefined;

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
          const event = JSON.parse(String(body)) as PushEvent | BadgeEvent;
          if (event.type === 'badge') await this.#clearBadge(event.data.user);
          else if (event.type === 'message.sent') await this.#process(event);
          return { status: 200, retryAfter: undefined };
        },
      },
      told: () => {},
    });
  }

  start(): void {
    const { config, db } = this.#options;
    // After an error, the next round deletes them.
    const sweep = () => void deleteUnseen(db, Date.now() - config.deviceTtl).catch(() => {});
    this.#sweep = setInterval(sweep, Math.min(config.deviceTtl / 10, SWEEP_INTERVAL_MS)).unref();
    this.#courier.start();
  }

  /** Resolves once the work in flight has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#courier.stop();
    this.#services.close();
  }

  /**
   * Pushes one message to the devices of users without a connection. Queues it again for users with
   * a connection. Rejects while PostgreSQL or Redis is down, so that the event is retried.
   */
  async #process(event: PushEvent): Promise<void> {
    const { data } = event;
    const { db, redis, config } = this.#options;
    const body = bodySchema.safeParse(data.body).data;
    if (!body) return;
    const now = Date.now();
    const clocks = new ZoneClocks(now);
    const found = await subscriptionsFor(db, data, now);
    const subscriptions = found.filter(({ quietHours }) => !clocks.isQuiet(quietHours));
    if (subscriptions.length === 0 || (data.users !== undefined && (await isRecalled(db, data)))) return;
    const focus = await readFocus(redis, usersOf(subscriptions));
    const unseen = subscriptions.filter(({ user, chat }) => !focus.get(user)?.chats.has(chat));
    const mayWait = data.users === undefined && config.delay > 0;
    const [later, due] = split(unseen, ({ user }) => mayWait && focus.get(user)?.online === true);
    if (later.length > 0) await this.#delay(event, usersOf(later));
    if (due.length === 0) return;
    // Before the unread messages are counted: a later mark then clears the number.
    await addBadges(redis, usersOf(due.filter(({ service }) => service !== 'web')));
    const badges = await unreadTotals(db, usersOf(due));
    const notify = (each: Subscription) => {
      const badge = badges.get(each.user) ?? 0;
      const notification = notificationOf({ ...each, id: data.id, body, badge });
      return this.#services.push(each, (sender) => sender.send(each, notification));
    };
    await Promise.all(due.map(notify));
  }

  /**
   * Removes the number of unread messages from the phones of a user who has read all messages.
   * No-op while some are unread: the next mark causes another event.
   */
  async #clearBadge(user: number): Promise<void> {
    const { db, redis } = this.#options;
    if ((await unreadTotals(db, [user])).has(user)) return;
    await removeBadge(redis, user);
    const devices = await devicesOf(db, user, Date.now());
    await Promise.all(devices.map((each) => this.#services.push(each, (sender) => sender.clearBadge?.(each))));
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

/** A user has read messages whose number their phones may show. */
interface BadgeEvent {
  type: 'badge';
  data: { user: number };
}

interface PushEvent {
  id: string;
  type: 'message.sent';
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
  mentions?: number[];
  /** The recipients who may have read the message since it was queued. Default: all recipients. */
  users?: number[];
}
