import { randomUUID } from 'node:crypto';
import { type HookEvent, type HookReply, parseJson, readHookReply } from '@parley/protocol';
import type { Endpoint } from '../endpoints.ts';
import type { Log } from '../log.ts';
import { Poster } from '../requests/poster.ts';
import { signatureHeaders } from '../requests/signature-headers.ts';
import { Breaker } from './breaker.ts';
import type { HookConfig } from './config.ts';

/** Maximum bytes of a hook's reply. Larger than the largest message. */
const MAX_REPLY = 256 * 1024;

/** Number of consecutive failures after which an endpoint gets no requests for `REST_MS`. */
const FAILURES_BEFORE_REST = 10;
const REST_MS = 5000;

/** Maximum fraction of the requests in flight that one user can cause. */
const USER_SHARE = 1 / 16;

/** Sends requests to one hook endpoint. */
export class Asker {
  readonly endpoint: Endpoint<HookEvent>;
  readonly #config: HookConfig;
  readonly #log: Log;
  readonly #poster: Poster;
  readonly #breaker = new Breaker({ failures: FAILURES_BEFORE_REST, rest: REST_MS });
  readonly #inFlight = new Map<number, number>();
  #total = 0;

  constructor(endpoint: Endpoint<HookEvent>, config: HookConfig, log: Log) {
    this.endpoint = endpoint;
    this.#config = config;
    this.#log = log;
    this.#poster = new Poster({ allowed: config.allowed, timeout: config.timeout, maxReply: MAX_REPLY });
  }

  /** True while the endpoint gets no requests because it failed repeatedly. */
  get resting(): boolean {
    return this.#breaker.open;
  }

  /** Ms until the endpoint gets requests again. */
  get wait(): number {
    return this.#breaker.wait;
  }

  /**
   * Sends an event to the endpoint. Resolves with the reply. If there is none, resolves with
   * `failed` if the request failed, with `resting` if the endpoint gets no requests at the moment,
   * or with `busy` if too many requests are in flight. Never rejects.
   *
   * @param user the user who causes the request
   */
  async ask(event: HookEvent, user: number, data: object): Promise<HookReply | 'failed' | 'resting' | 'busy'> {
    const { concurrency } = this.#config;
    const own = this.#inFlight.get(user) ?? 0;
    if (this.#total >= concurrency || own >= Math.max(1, concurrency * USER_SHARE)) return 'busy';
    if (!this.#breaker.admit()) return 'resting';
    this.#count(user, 1);
    try {
      const reply = await this.#post(event, data);
      if (this.#breaker.succeeded()) this.#log.info({ hook: this.endpoint.id }, 'hook recovered');
      return reply;
    } catch (error) {
      const reason = (error as Error).message;
      this.#log.debug({ hook: this.endpoint.id, event, reason }, 'hook request failed');
      if (this.#breaker.failed())
        this.#log.error(
          { hook: this.endpoint.id, reason },
          'hook failed repeatedly: it receives no requests for a while',
        );
      return 'failed';
    } finally {
      this.#count(user, -1);
    }
  }

  close(): void {
    this.#poster.close();
  }

  /** Sends the request. Resolves with a valid reply, otherwise rejects. */
  async #post(event: HookEvent, data: object): Promise<HookReply> {
    const { url, secrets } = this.endpoint;
    const id = `hook_${randomUUID()}`;
    const now = Date.now();
    const body = JSON.stringify({ id, type: event, hook: event, date: now, data });
    const headers = { ...signatureHeaders(secrets, id, body, now), 'user-agent': 'Parley-Hooks' };
    const { status, text } = await this.#poster.post(url, headers, body);
    if (status < 200 || status > 299) throw new Error(`replied ${status}`);
    if (text === '') return { allow: true };
    const json = parseJson(text ?? '');
    if (!json.ok)
      throw new Error(
        text === undefined ? 'the reply is too large or cannot be decoded' : 'the reply is not valid JSON',
      );
    const reply = readHookReply(json.value);
    if (!reply.success) throw new Error(`the reply is not valid: ${reply.error.issues[0]?.message}`);
    const changes = reply.data.allow && (reply.data.body ?? reply.data.custom) !== undefined;
    if (changes && !event.startsWith('message.')) throw new Error(`a reply to ${event} changes nothing`);
    return reply.data;
  }

  #count(user: number, by: 1 | -1): void {
    this.#total += by;
    const own = (this.#inFlight.get(user) ?? 0) + by;
    if (own === 0) this.#inFlight.delete(user);
    else this.#inFlight.set(user, own);
  }
}
