import { setTimeout as sleep } from 'node:timers/promises';
import type { ParleyEvent } from '@parley/protocol';
import { announce, countWebhooks, type RedisConnection, webhookEvent } from '@parley/redis';
import { Counter, Gauge, type Log, Poster, type Registry, type WebhookKind } from '@parley/service';
import type { Notice } from '../events/notice.ts';
import type { WebhookConfig } from './config.ts';
import { Courier } from './courier.ts';

/** Maximum ms that the api waits for attempts in flight when it stops. */
const STOP_TIMEOUT_MS = 5000;

/**
 * Delivers events to the configured webhook endpoints. All replicas share the work. Also queues the
 * events that the api itself creates.
 */
export class Webhooks {
  readonly #redis: RedisConnection;
  readonly #log: Log;
  readonly #config: WebhookConfig;
  readonly #poster: Poster;
  readonly #couriers: Courier[];

  constructor({ redis, log, metrics, config }: WebhooksOptions) {
    this.#redis = redis;
    this.#log = log;
    this.#config = config;
    this.#poster = new Poster(config);
    const attempts = new Counter({
      name: 'parley_webhook_attempts_total',
      help: 'Delivery attempts to webhook endpoints, by endpoint and outcome.',
      labelNames: ['endpoint', 'outcome'] as const,
      registers: [metrics],
    });
    const told = (endpoint: string, outcome: string) => attempts.inc({ endpoint, outcome });
    this.#couriers = config.endpoints.map(
      (endpoint) => new Courier(endpoint, { redis, log, config, poster: this.#poster, told }),
    );
    if (config.endpoints.length > 0) measure(redis, metrics, config);
  }

  start(): void {
    for (const courier of this.#couriers) courier.start();
  }

  /**
   * Resolves once the attempts in flight have ended, at most after `STOP_TIMEOUT_MS`. Another
   * replica repeats unfinished attempts.
   */
  async stop(): Promise<void> {
    const stopped = Promise.all(this.#couriers.map((courier) => courier.stop()));
    await Promise.race([stopped, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    this.#poster.close();
  }

  /**
   * Queues the friend events, group events, bans, mutes and report of a notice for the endpoints.
   * Rejects if Redis does not accept them.
   *
   * @param id id of the notice. If a notice is repeated, its events have the same ids
   */
  async note(id: number, { events = [], moderation = [], report, date = Date.now() }: Notice): Promise<void> {
    if (report) await this.#queue('report', `report_${report.id}`, 'report.created', date, report);
    for (const [i, { change, ...data }] of moderation.entries())
      await this.#queue('group', `moderation_${id}_${i}`, `group.${change}`, date, data);
    for (const [i, { users, event }] of events.entries()) {
      const data = dataOf(users, event);
      if (data === undefined) continue;
      const { kind, change, ...rest } = data;
      await this.#queue(kind, `${kind}_${id}_${i}`, `${kind}.${change}`, date, rest);
    }
  }

  async #queue(kind: WebhookKind, id: string, type: string, date: number, data: object): Promise<void> {
    const noted = webhookEvent(id, type, date, JSON.stringify(data));
    const { endpoints, backlog: most } = this.#config;
    const dropped = await announce(this.#redis, endpoints, kind, [noted], most);
    if (dropped > 0) this.#log.error({ most }, 'webhook queue full: event dropped');
  }
}

/**
 * Converts an event to the data that endpoints receive. Undefined for kinds of events that
 * endpoints do not receive.
 */
function dataOf(users: readonly number[], event: ParleyEvent): EventData | undefined {
  if (event.kind === 'group') return event;
  const [user] = users;
  if (event.kind !== 'friend' || event.change === 'updated' || user === undefined) return undefined;
  return { kind: 'friend', change: event.change, user, other: event.user };
}

function measure(redis: RedisConnection, metrics: Registry, { endpoints }: WebhookConfig): void {
  new Gauge({
    name: 'parley_webhook_events',
    help: 'Events queued for each webhook endpoint (waiting), and events that failed permanently (dead).',
    labelNames: ['endpoint', 'state'] as const,
    registers: [metrics],
    async collect() {
      for (const { id: endpoint } of endpoints) {
        const counts = await countWebhooks(redis, endpoint).catch(() => undefined);
        if (!counts) return this.reset();
        this.set({ endpoint, state: 'waiting' }, counts.waiting);
        this.set({ endpoint, state: 'dead' }, counts.dead);
      }
    },
  });
}

interface EventData {
  kind: WebhookKind;
  change: string;
  group?: number;
  user?: number | undefined;
  other?: number;
}

interface WebhooksOptions {
  redis: RedisConnection;
  log: Log;
  metrics: Registry;
  config: WebhookConfig;
}
