import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '@parley/protocol';
import { ParleyServerError } from './error.ts';
import type { Import, ImportLine, Input, Job, ManyMessage, Operations } from './operations.ts';
import { type ServerRequest, toRequest } from './to-request.ts';

/** Ms before the first retry if the response contains no time. Doubles with each attempt. */
const RETRY_DELAY_MS = 250;

/** Calls the server API with a key of `API_KEYS`. */
export class ParleyServer {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #timeout: number;
  readonly #retries: number;

  /** @throws TypeError if the URL or the key is missing */
  constructor({ url, apiKey, timeout = 10_000, retries = 3 }: ParleyServerOptions) {
    if (!/^https?:\/\//.test(url)) throw new TypeError('url must be the root of the api: https://…');
    if (!apiKey) throw new TypeError('apiKey must be a key of API_KEYS');
    this.#base = `${url.replace(/\/+$/, '')}/v1`;
    this.#apiKey = apiKey;
    this.#timeout = timeout;
    this.#retries = retries;
  }

  /**
   * Calls an operation. Retries if the api limited the call (429), did not reply, or was
   * unavailable. Retries are safe, because a POST has an `Idempotency-Key`.
   *
   * @throws ParleyServerError if the api refuses or does not reply
   */
  async call<O extends keyof Operations>(
    operation: O,
    ...[input = {}]: Input<Operations[O][0]>
  ): Promise<Operations[O][1]> {
    return (await this.#repeat(toRequest(operation, input))) as Operations[O][1];
  }

  /**
   * Creates a job that sends a message to many receivers. `GET /server/jobs/{id}` returns its
   * state. Retries as `call` does.
   *
   * @throws ParleyServerError if the api refuses or does not reply
   */
  async sendToMany(message: ManyMessage): Promise<Job> {
    return (await this.#repeat(toRequest('POST /server/messages', message))) as Job;
  }

  /**
   * Imports history of another chat system, while it is read. Does not retry: call it again with
   * the same lines, which imports nothing twice.
   *
   * @param options.skip lines at the beginning that are done, by the `lines` of an earlier import.
   * They are sent, but not read
   * @throws ParleyServerError if the api refuses, interrupts the import or does not reply; and what
   * the iterable throws
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
      // Streams need it in Node.js. The types of browsers lack it.
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
        // A 409 with `Retry-After`: the first attempt is still in progress.
        const isEarly = status === 429 || (status === 409 && retryAfter !== undefined);
        const mayRepeat = isEarly || status === 0 || status >= 500;
        const delay = retryAfter === undefined ? backoff(attempt) : retryAfter * 1000;
        if (!mayRepeat || attempt >= this.#retries || delay > this.#timeout) throw error;
        await sleep(delay);
      }
    }
  }

  /** Resolves with the JSON of a successful response. Undefined if it has no content. */
  async #send({ method, path, body }: ServerRequest, more: Record<string, string>): Promise<unknown> {
    const response = await this.#fetch(path, {
      method,
      headers: {
        authorization: `Bearer ${this.#apiKey}`,
        ...more,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body }),
      // The key must not be sent to another address.
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

/** Parses a successful response. Undefined for none. */
function readReply({ status, ok, retryAfter, text }: Reply): unknown {
  if (!ok) throw toError(status, text, retryAfter);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ParleyServerError('bad-request', status, 'The reply is not JSON. Is `url` the root of the api?');
  }
}

/** Lines as bytes: pieces of about 64 KiB, as fast as they are sent. */
class LineSource {
  readonly #lines: Iterable<ImportLine> | AsyncIterable<ImportLine>;
  failed = false;
  /** What the iterable threw. */
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
    // The body is not JSON, because a proxy sent the response.
  }
  const isTemporary = status === 429 || status >= 500;
  const { code = isTemporary ? 'unavailable' : 'bad-request', detail = `HTTP ${status}`, errors } = problem;
  return new ParleyServerError(code, status, detail, { retryAfter, errors });
}

/** Returns the seconds of a `Retry-After` header, which is a number or a date. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const seconds = /^\d+$/.test(header) ? Number(header) : Math.ceil((Date.parse(header) - Date.now()) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/**
 * Returns the ms before the next attempt. Half of the delay is random, so that servers that failed
 * at the same time do not retry at the same time.
 */
function backoff(attempt: number): number {
  return RETRY_DELAY_MS * 2 ** attempt * (0.5 + Math.random() / 2);
}

/** Options of `ParleyServer`. */
export interface ParleyServerOptions {
  /** Root of the api, such as `https://chat.example.com`. */
  url: string;
  /** A key of `API_KEYS`. */
  apiKey: string;
  /**
   * Ms within which the api must reply to a request, and the maximum wait before a retry. Default:
   * 10,000.
   */
  timeout?: number;
  /** Maximum number of retries of a call. Default: 3. */
  retries?: number;
}
