import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@parley/protocol';
import { ParleyServerError } from './error.ts';
import type { Import, ImportLine, Input, Job, ManyMessage, Operations } from './operations.ts';
import { type ServerRequest, toRequest } from './to-request.ts';

/**
 * Ms before the first retry if the response states no time. The delay doubles with each attempt.
 */
const RETRY_DELAY_MS = 250;

/** Calls the server API with one of the keys in the api's setting `API_KEYS`. */
export class ParleyServer {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #timeout: number;
  readonly #retries: number;

  /** @throws TypeError if the URL or the key is missing or invalid */
  constructor({ url, apiKey, timeout = 10_000, retries = 3 }: ParleyServerOptions) {
    if (!/^https?:\/\//.test(url)) throw new TypeError('url must be the root of the api: https://…');
    if (!apiKey) throw new TypeError('apiKey must be a key of API_KEYS');
    this.#base = `${url.replace(/\/+$/, '')}/v1`;
    this.#apiKey = apiKey;
    this.#timeout = timeout;
    this.#retries = retries;
  }

  /**
   * Calls an operation. Retries if the call exceeded a rate limit (429), or if the api did not
   * respond or was unavailable. Retries create no duplicates, because each POST has an
   * `Idempotency-Key`.
   *
   * @throws ParleyServerError if the api refuses the call or does not respond
   */
  async call<O extends keyof Operations>(
    operation: O,
    ...[input = {}]: Input<Operations[O][0]>
  ): Promise<Operations[O][1]> {
    return (await this.#repeat(toRequest(operation, input))) as Operations[O][1];
  }

  /**
   * Creates a job that sends a message to many receivers. `GET /server/jobs/{id}` returns the state
   * of the job. Retries as `call` does.
   *
   * @throws ParleyServerError if the api refuses the call or does not respond
   */
  async sendToMany(message: ManyMessage): Promise<Job> {
    return (await this.#repeat(toRequest('POST /server/messages', message))) as Job;
  }

  /**
   * Imports the history of another chat system, and sends the lines while it reads them. Does not
   * retry. It can be called again with the same lines, because messages that are already imported
   * are not duplicated.
   *
   * @param options.skip number of lines at the beginning that an earlier import has processed (its
   * `lines`). They are sent, but the api ignores them
   * @throws ParleyServerError if the api refuses or interrupts the import, or does not respond
   * @throws the error that the iterable throws
   */
  async importHistory(
    lines: Iterable<ImportLine> | AsyncIterable<ImportLine>,
    { skip }: { skip?: number } = {},
  ): Promise<Import> {
    const query = skip === undefined ? '' : `?skip=${skip}`;
    const source = new LineSource(lines);
    const request = this.#fetch(`/server/imports${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#apiKey}`, 'content-type': 'application/x-ndjson' },
      body: source.bytes(),
      // Node.js requires this option for a body that is a stream. The types of browsers lack it.
      ...({ duplex: 'half' } as object),
      redirect: 'manual',
    });
    return readReply(await request.catch((error) => Promise.reject(source.failed ? source.failure : error))) as Import;
  }

  async #repeat(request: ServerRequest): Promise<unknown> {
    const key = request.method === 'POST' ? { 'idempotency-key': randomUUID() } : {};
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#send(request, key);
      } catch (error) {
        const { status = -1, retryAfter } = error as Partial<ParleyServerError>;
        // A 409 with `Retry-After` means that the first attempt is still in progress.
        const isEarly = status === 429 || (status === 409 && retryAfter !== undefined);
        const mayRepeat = isEarly || status === 0 || status >= 500;
        const delay = retryAfter === undefined ? backoff(attempt) : retryAfter * 1000;
        if (!mayRepeat || attempt >= this.#retries || delay > this.#timeout) throw error;
        await sleep(delay);
      }
    }
  }

  /**
   * Sends a request. Resolves with the JSON of a successful response, or with undefined if it has
   * no body.
   */
  async #send({ method, path, body }: ServerRequest, more: Record<string, string>): Promise<unknown> {
    const response = await this.#fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        ...more,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      // Does not follow redirects, because the key must not be sent to another address.
      redirect: 'manual',
      signal: AbortSignal.timeout(this.#timeout),
    });
    return readReply(response);
  }

  async #fetch(path: string, init: RequestInit): Promise<Reply> {
    try {
      const response = await fetch(`${this.#base}${path}`, init);
      const { status, ok, headers } = response;
      return { status, ok, retryAfter: readRetryAfter(headers.get('retry-after')), text: await response.text() };
    } catch (cause) {
      const isLate = (cause as Error).name === 'TimeoutError';
      const detail = isLate ? `No reply within ${this.#timeout} ms` : 'No reply';
      throw new ParleyServerError('unavailable', 0, detail, { cause });
    }
  }
}

/** Parses the body of a successful response. Undefined if the body is empty. */
function readReply({ status, ok, retryAfter, text }: Reply): unknown {
  if (!ok) throw toError(status, text, retryAfter);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ParleyServerError('bad-request', status, 'The reply is not JSON. Is `url` the root of the api?');
  }
}

/**
 * Encodes lines as a stream of bytes, in chunks of about 64 KiB. Reads lines only as fast as they
 * are sent.
 */
class LineSource {
  readonly #lines: Iterable<ImportLine> | AsyncIterable<ImportLine>;
  failed = false;
  /** Error that the iterable threw. */
  failure: unknown;

  constructor(lines: Iterable<ImportLine> | AsyncIterable<ImportLine>) {
    this.#lines = lines;
  }

  bytes(): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    const pieces = this.#pieces();
    return new ReadableStream({
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      async cancel() {
        await pieces.return(undefined);
      },
    });
  }

  async *#pieces(): AsyncGenerator<string> {
    let piece = '';
    try {
      for await (const line of this.#lines) {
        piece += `${JSON.stringify(line)}\n`;
        if (piece.length < PIECE_CHARACTERS) continue;
        yield piece;
        piece = '';
      }
    } catch (error) {
      this.failed = true;
      this.failure = error;
      throw error;
    }
    yield piece;
  }
}

const PIECE_CHARACTERS = 65_536;

interface Reply {
  status: number;
  ok: boolean;
  /** Seconds. */
  retryAfter: number | undefined;
  text: string;
}

function toError(status: number, text: string, retryAfter: number | undefined): ParleyServerError {
  let problem: Partial<Problem> = {};
  try {
    problem = JSON.parse(text) ?? {};
  } catch {
    // Ignores a body that is not JSON, because a proxy might have sent the response.
  }
  const isTemporary = status === 429 || status >= 500;
  const { code = isTemporary ? 'unavailable' : 'bad-request', detail = `HTTP ${status}`, errors } = problem;
  return new ParleyServerError(code, status, detail, { retryAfter, errors });
}

/** Returns the seconds of a `Retry-After` header, which contains seconds or a date. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/**
 * Returns the ms before the next attempt. Half of the delay is random, so that servers whose calls
 * failed at the same time do not retry at the same time.
 */
function backoff(attempt: number): number {
  return RETRY_DELAY_MS * 2 ** attempt * (0.5 + Math.random() / 2);
}

/** Options of `ParleyServer`. */
export interface ParleyServerOptions {
  /** Root URL of the api, such as `https://chat.example.com`. */
  url: string;
  /** One of the keys in the api's setting `API_KEYS`. */
  apiKey: string;
  /** Maximum ms to wait for a response, and maximum ms to wait before a retry. Default: 10,000. */
  timeout?: number;
  /** Maximum number of retries per call. Default: 3. */
  retries?: number;
}
