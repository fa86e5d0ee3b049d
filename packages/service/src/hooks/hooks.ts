import type { Body, Custom, HookEvent } from '@parley/protocol';
import type { Log } from '../log.ts';
import { Counter, Gauge, Histogram, type Registry } from '../metrics.ts';
import { Asker } from './asker.ts';
import type { HookConfig } from './config.ts';

/** Minimum ms after which a client can retry if an endpoint was busy or failed. */
const RETRY_AFTER_MS = 1000;

/** Calls the endpoints of the setting `HOOKS`, which can reject or change an operation. */
export class Hooks {
  readonly #config: HookConfig;
  readonly #askers: readonly Asker[];
  readonly #replies: Counter<'hook' | 'event' | 'result'>;
  readonly #seconds: Histogram<'hook'>;

  /**
   * Creates hooks. Returns undefined if no endpoint is configured, so that hooks cost nothing in
   * such installations.
   */
  static create(config: HookConfig, log: Log, metrics: Registry): Hooks | undefined {
    return config.endpoints.length === 0 ? undefined : new Hooks(config, log, metrics);
  }

  private constructor(config: HookConfig, log: Log, metrics: Registry) {
    this.#config = config;
    this.#askers = config.endpoints.map((endpoint) => new Asker(endpoint, config, log));
    this.#replies = new Counter({
      name: 'parley_hook_replies_total',
      help: 'Requests to hooks, by result.',
      labelNames: ['hook', 'event', 'result'] as const,
      registers: [metrics],
    });
    this.#seconds = new Histogram({
      name: 'parley_hook_seconds',
      help: 'Time of a request to a hook.',
      labelNames: ['hook'] as const,
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [metrics],
    });
    const askers = this.#askers;
    new Gauge({
      name: 'parley_hook_resting',
      help: '1 while a hook receives no requests because it failed.',
      labelNames: ['hook'] as const,
      registers: [metrics],
      collect() {
        for (const { endpoint, resting } of askers) this.set({ hook: endpoint.id }, resting ? 1 : 0);
      },
    });
  }

  /** Returns whether any endpoint subscribes to an event. */
  covers(event: HookEvent): boolean {
    return this.#askers.some(({ endpoint }) => endpoint.events.includes(event));
  }

  /**
   * Calls each endpoint that subscribes to an event, in order. Each endpoint receives the data as
   * changed by the previous endpoints. Never rejects.
   *
   * @param user the user who causes the event. 0 if nobody is signed in
   */
  async ask(event: HookEvent, user: number, data: HookData): Promise<HookVerdict> {
    const changes: Changes = {};
    for (const asker of this.#askers) {
      if (!asker.endpoint.events.includes(event)) continue;
      const start = performance.now();
      const reply = await asker.ask(event, user, { ...data, ...changes });
      const hook = asker.endpoint.id;
      const result = resultOf(reply);
      this.#replies.inc({ hook, event, result });
      if (result !== 'busy' && result !== 'resting')
        this.#seconds.observe({ hook }, (performance.now() - start) / 1000);
      // Never accepts the operation while an endpoint is busy, because a flood of requests would
      // otherwise bypass the hook.
      if (reply === 'busy') return { is: 'unavailable', retryAfter: RETRY_AFTER_MS };
      if (typeof reply === 'string') {
        if (this.#config.onFailure === 'accept') continue;
        return { is: 'unavailable', retryAfter: Math.max(RETRY_AFTER_MS, asker.wait) };
      }
      if (!reply.allow) return { is: 'refused', message: reply.message };
      if (reply.body !== undefined) changes.body = reply.body;
      if (reply.custom !== undefined) changes.custom = reply.custom;
    }
    return { is: 'allowed', ...changes };
  }

  /** Closes the connections to all endpoints. */
  close(): void {
    for (const asker of this.#askers) asker.close();
  }
}

function resultOf(reply: Awaited<ReturnType<Asker['ask']>>): string {
  if (typeof reply === 'string') return reply;
  if (!reply.allow) return 'refused';
  return reply.body !== undefined || reply.custom !== undefined ? 'changed' : 'allowed';
}

/** The data of an event, which the body of a hook request contains. */
export type HookData = Readonly<Record<string, unknown>>;

/** Changes that an endpoint made to a message. `custom` null removes the app's data. */
interface Changes {
  body?: Body;
  custom?: Custom | null;
}

/** The combined result of all endpoints. */
export type HookVerdict =
  | ({ is: 'allowed' } & Changes)
  /** `message` is the hook's sentence for the user. */
  | { is: 'refused'; message: string | undefined }
  /** `retryAfter` is the number of ms after which the client can retry. */
  | { is: 'unavailable'; retryAfter: number };
