import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedEvent, claimWebhooks, type Outcome, type RedisConnection, settleWebhook } from '@parley/redis';
import { type Log, type Posted, type Poster, signatureHeaders, type WebhookEndpoint } from '@parley/service';
import type { WebhookConfig } from './config.ts';

/** Ms between two checks for due events. */
const LOOK = 200;

/** Ms until Redis is tried again after a failure. */
const PATIENCE = 1000;

/** Ms after an attempt's timeout at which another worker may claim the event. */
const MARGIN = 15_000;

/**
 * Delivers the events of one endpoint. Each claimed event belongs to this worker for the time of an
 * attempt. If the worker dies, another one delivers it again. So an event is delivered at least
 * once, and not always in order.
 */
export class Courier {
  readonly #endpoint: WebhookEndpoint;
  readonly #options: CourierOptions;
  readonly #underWay = new Set<Promise<void>>();
  #stopping = false;
  #done: Promise<void> = Promise.resolve();

  constructor(endpoint: WebhookEndpoint, options: CourierOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  start(): void {
    this.#done = this.#run();
  }

  /** Resolves once the attempts in flight have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#done;
    await Promise.all(this.#underWay);
  }

  async #run(): Promise<void> {
    const { redis, config, log } = this.#options;
    while (!this.#stopping) {
      const free = config.concurrency - this.#underWay.size;
      try {
        const claimed = await claimWebhooks(redis, this.#endpoint.id, free, config.timeout + MARGIN);
        for (const event of claimed) this.#track(this.#tell(event));
        if (claimed.length < free) await sleep(LOOK);
        else await Promise.race(this.#underWay);
      } catch (error) {
        log.warn({ err: error, endpoint: this.#endpoint.id }, 'cannot look for what a webhook endpoint is to be told');
        await sleep(PATIENCE);
      }
    }
  }

  #track(work: Promise<void>): void {
    this.#underWay.add(work);
    work.finally(() => this.#underWay.delete(work));
  }

  async #tell(event: ClaimedEvent): Promise<void> {
    const { redis, log, told } = this.#options;
    const { id: endpoint } = this.#endpoint;
    const outcome = this.#judge(event, await this.#attempt(event));
    told(endpoint, outcome.is);
    try {
      await settleWebhook(redis, endpoint, event.id, outcome);
    } catch (error) {
      log.warn({ err: error, endpoint, event: event.id }, 'could not note what became of an event; it is told again');
    }
  }

  /** The response, or the error. */
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
    const error = answer instanceof Error ? answer.message : `answered ${answer.status}`;
    const attempts = failures + 1;
    const wait = config.retries[failures];
    const gone = !(answer instanceof Error) && answer.status === 410;
    if (wait === undefined || gone) {
      log.error(
        { endpoint: this.#endpoint.id, event: id, attempts, reason: error },
        'gave up to tell a webhook endpoint',
      );
      return { is: 'dead', attempts, error, keep: config.dead };
    }
    log.debug({ endpoint: this.#endpoint.id, event: id, attempts, reason: error }, 'a webhook attempt failed');
    const asked = answer instanceof Error ? 0 : (answer.retryAfter ?? 0) * 1000;
    // Random, so that events that failed together are not retried together.
    return { is: 'again', failures: attempts, after: Math.max(asked, wait * (0.8 + Math.random() * 0.4)) };
  }
}

export interface CourierOptions {
  redis: RedisConnection;
  config: WebhookConfig;
  poster: Pick<Poster, 'post'>;
  log: Log;
  /** Called with the outcome of each attempt. */
  told(endpoint: string, outcome: Outcome['is']): void;
}
