import { type Body, bodySchema } from '@parley/protocol';
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
import { deviceName, type PushRetry, retryDelay, shownPart } from './push-retry.ts';
import { PushServices, type PushServicesOptions } from './push-services.ts';
import { ZoneClocks } from './quiet-hours.ts';

/** Maximum ms between two deletions of devices that apps no longer register. */
const SWEEP_INTERVAL_MS = 3_600_000;

/**
 * Maximum number of waiting events up to which a retry is queued. It bounds the memory of retries.
 */
const MAX_WAITING = 10_000;

/**
 * Pushes messages to the devices of users who are not viewing the chat. Skips muted chats and users
 * in their quiet hours. A message to a connected user is pushed only if the user does not read it
 * within `PUSH_DELAY`. The recorder queues the events that this class processes, so another process
 * continues after a crash. If a push service fails or is overloaded, sends the notification again
 * after each delay of `PUSH_RETRIES`, unless the chat has a newer message by then.
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
    // Ignores errors, because the next round deletes the same devices.
    const sweep = () => void deleteUnseen(db, Date.now() - config.deviceTtl).catch(() => {});
    this.#sweep = setInterval(sweep, Math.min(config.deviceTtl / 10, SWEEP_INTERVAL_MS)).unref();
    this.#courier.start();
  }

  /** Stops processing events. Resolves when the work in flight has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    await this.#courier.stop();
    this.#services.close();
  }

  /**
   * Pushes one message to the devices of users without a connection. For connected users, queues
   * the event again. Rejects while PostgreSQL or Redis is down, so that the event is retried.
   */
  async #process(event: PushEvent): Promise<void> {
    const { data } = event;
    const { db, redis, config } = this.#options;
    const body = bodySchema.safeParse(data.body).data;
    if (!body) return;
    const now = Date.now();
    const clocks = new ZoneClocks(now);
    const found = await subscriptionsFor(db, { ...data, unlessNewer: data.retry !== undefined }, now);
    const names = data.retry && new Set(data.retry.devices);
    const subscriptions = found.filter(
      (each) => !clocks.isQuiet(each.quietHours) && (names?.has(deviceName(each)) ?? true),
    );
    if (subscriptions.length === 0 || (data.users !== undefined && (await isRecalled(db, data)))) return;
    const focus = await readFocus(redis, usersOf(subscriptions));
    const unseen = subscriptions.filter(({ user, chat }) => !focus.get(user)?.chats.has(chat));
    const mayWait = data.users === undefined && config.delay > 0;
    const [later, due] = split(unseen, ({ user }) => mayWait && focus.get(user)?.online === true);
    if (later.length > 0) await this.#delay(event, usersOf(later));
    if (due.length === 0) return;
    // Before it counts the unread messages, stores that phones show a number. A read mark after the
    // count then clears the number again.
    await addBadges(redis, usersOf(due.filter(({ service }) => service !== 'web')));
    const badges = await unreadTotals(db, usersOf(due));
    const failed: FailedPush[] = [];
    const notify = async (device: Subscription) => {
      const badge = badges.get(device.user) ?? 0;
      const notification = notificationOf({ ...device, id: data.id, body, badge });
      const failure = await this.#services.push(device, (sender) => sender.send(device, notification));
      if (failure) failed.push({ device, ...failure });
    };
    await Promise.all(due.map(notify));
    await this.#retryLater(event, body, failed);
  }

  /**
   * Queues an event again for the devices to which sending a notification failed. Each user has a
   * separate event, so that a push service which requests to wait does not delay other users.
   */
  async #retryLater({ id, type, date, data }: PushEvent, body: Body, failed: readonly FailedPush[]): Promise<void> {
    const { redis, config, log } = this.#options;
    // Does not retry if notifications have no time to live: push services do not keep them for
    // later either.
    if (failed.length === 0 || config.ttl === 0) return;
    const attempt = (data.retry?.attempt ?? 0) + 1;
    const [root] = id.split('_retry');
    let dropped = 0;
    for (const user of new Set(failed.map(({ device }) => device.user))) {
      const own = failed.filter(({ device }) => device.user === user);
      const delay = retryDelay(config.retries, attempt, Math.max(...own.map(({ retryAfter }) => retryAfter)));
      if (delay === undefined) continue;
      const retry: PushRetry = { attempt, devices: own.map(({ device }) => deviceName(device)) };
      const text = JSON.stringify({ ...data, body: shownPart(body), custom: undefined, users: [user], retry });
      const event = webhookEvent(`${root}_retry${attempt}_${user}`, type, date, text);
      dropped += await pushWebhooks(redis, pushEndpoint.id, [event], MAX_WAITING, Math.round(delay));
    }
    if (dropped > 0) log.debug({ dropped }, 'too many notifications wait to be sent again');
  }

  /**
   * Removes the number from the app icons of a user who has read all messages. No-op while messages
   * are unread, because the next read mark queues another event.
   */
  async #clearBadge(user: number): Promise<void> {
    const { db, redis } = this.#options;
    if ((await unreadTotals(db, [user])).has(user)) return;
    await removeBadge(redis, user);
    const devices = await devicesOf(db, user, Date.now());
    await Promise.all(devices.map((each) => this.#services.push(each, (sender) => sender.clearBadge?.(each))));
  }

  /** Queues an event again for users who might read the message within `PUSH_DELAY`. */
  async #delay({ id, type, date, data }: PushEvent, users: number[]): Promise<void> {
    const { redis, config } = this.#options;
    const event = webhookEvent(`${id}_unread`, type, date, JSON.stringify({ ...data, users }));
    // Sets no length limit, because the new event replaces the one being processed, so the queue
    // does not grow.
    await pushWebhooks(redis, pushEndpoint.id, [event], Number.MAX_SAFE_INTEGER, config.delay);
  }
}

function usersOf(subscriptions: readonly Subscription[]): number[] {
  return [...new Set(subscriptions.map(({ user }) => user))];
}

/** Splits items into those that meet a condition and those that do not. */
function split<T>(items: readonly T[], meets: (item: T) => boolean): [T[], T[]] {
  return [items.filter(meets), items.filter((item) => !meets(item))];
}

export interface PusherOptions extends PushServicesOptions {
  redis: RedisConnection;
}

/** Event for a user who has read messages while the user's phones might show an unread number. */
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

/** A message in the form that webhooks send it. */
interface Sent {
  id: number;
  conversation: string;
  from: number;
  to: number;
  body: unknown;
  mentions?: number[];
  /** The recipients who had `PUSH_DELAY` to read the message. Default: all recipients. */
  users?: number[];
  /** Set if this event is a retry of a notification. */
  retry?: PushRetry;
}

/**
 * A device to which sending a notification failed, and the ms that the push service requests to
 * wait.
 */
interface FailedPush {
  device: Subscription;
  retryAfter: number;
}
