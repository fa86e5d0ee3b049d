import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedEvent, claimWebhooks, type Outcome, type RedisConnection, settleWebhook } from '@parley/redis';
import { type Log, type Posted, type Poster, signatureHeaders, type WebhookEndpoint } from '@parley/service';
import type { WebhookConfig } from './config.ts';

/** Ms between two checks for due events. */
const POLL_INTERVAL_MS = 200;

/** Ms to wait before the courier tries to get due events again after Redis failed. */
const RETRY_DELAY_MS = 1000;

/** Ms after the timeout of an attempt until another worker can claim the event. */
const CLAIM_MARGIN_MS = 15_000;

/**
 * Delivers the events of one endpoint. A worker claims an event for the duration of one attempt. If
 * the worker dies, another worker delivers the event again. Each event is therefore delivered at
 * least once, and not always in order.
 */
export class Courier {
  readonly #endpoint: WebhookEndpoint;
  readonly #options: CourierOptions;
  readonly #inFlight = new Set<Promise<void>>();
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  constructor(endpoint: WebhookEndpoint, options: CourierOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Stops claiming events. Resolves once the attempts in flight have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
    await Promise.all(this.#inFlight);
  }

  async #run(): Promise<void> {
    const { redis, config, log } = this.#options;
    while (!this.#stopping) {
      const free = config.concurrency - this.#inFlight.size;
      try {
        const claimed = await claimWebhooks(redis, this.#endpoint.id, free, config.timeout + CLAIM_MARGIN_MS);
        for (const event of claimed) this.#track(this.#deliver(event));
        if (claimed.length < free) await sleep(POLL_INTERVAL_MS);
        else await Promise.race(this.#inFlight);
      } catch (error) {
        log.warn({ err: error, endpoint: this.#endpoint.id }, 'claiming webhook events failed');
        await sleep(RETRY_DELAY_MS);
      }
    }
  }

  #track(work: Promise<void>): void {
    this.#inFlight.add(work);
    work.finally(() => this.#inFlight.delete(work));
  }

  async #deliver(event: ClaimedEvent): Promise<void> {
    const { redis, log, told } = this.#options;
    const { id: endpoint } = this.#endpoint;
    const outcome = this.#judge(event, await this.#attempt(event));
    told(endpoint, outcome.is);
    try {
      await settleWebhook(redis, endpoint, event.id, outcome);
    } catch (error) {
      log.warn(
        { err: error, endpoint, event: event.id },
        'saving a webhook outcome failed: the event will be delivered again',
      );
    }
  }

  /** Posts an event once. Resolves with the response or the network error, and never rejects. */
  async #attempt({ id, failures, text }: ClaimedEvent): Promise<Posted | Error> {
    const { poster } = this.#options;
    const { url, secrets } = this.#endpoint;
    const body = `{"attempt":${failures + 1},${text.slice(1)}`;
    try {
      return await poster.post(url, signatureHeaders(secrets, id, body, Date.now()), body);
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  #judge({ id, failures }: ClaimedEvent, answer: Posted | Error): Outcome {
    const { config, log } = this.#options;
    if (!(answer instanceof Error) && answer.status >= 200 && answer.status < 300) return { is: 'done' };
    const error = answer instanceof Error ? answer.message : `replied ${answer.status}`;
    const attempts = failures + 1;
    const wait = config.retries[failures];
    const gone = !(answer instanceof Error) && answer.status === 410;
    if (wait === undefined || gone) {
      log.error(
        { endpoint: this.#endpoint.id, event: id, attempts, reason: error },
        'webhook event failed permanently',
      );
      return { is: 'dead', attempts, error, keep: config.dead };
    }
    log.debug({ endpoint: this.#endpoint.id, event: id, attempts, reason: error }, 'webhook attempt failed');
    const retryAfter = answer instanceof Error ? 0 : (answer.retryAfter ?? 0) * 1000;
    // Randomises the delay, so that events that failed together are not retried together.
    return { is: 'again', failures: attempts, after: Math.max(retryAfter, wait * (0.8 + Math.random() * 0.4)) };
  }
}

export interface CourierOptions {
  redis: RedisConnection;
  config: WebhookConfig;
  poster: Pick<Poster, 'post'>;
  log: Log;
  /** Receives the outcome of each delivery attempt, for metrics. */
  told(endpoint: string, outcome: Outcome['is']): void;
}
