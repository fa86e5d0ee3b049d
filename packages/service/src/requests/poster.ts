import { type ClientRequest, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import { checkHost, guardedLookup } from './guard.ts';
import type { Networks } from './networks.ts';

/**
 * Bytes of a response to read. The content is ignored, but reading it makes the connection
 * reusable.
 */
const MOST_BYTES = 64 * 1024;

/** Sends webhook requests over kept connections. Follows no redirects. Fails after `timeout` ms. */
export class Poster {
  readonly #allowed: Networks;
  readonly #timeout: number;
  readonly #secureAgent = new SecureAgent({ keepAlive: true, timeout: 60_000 });
  readonly #plainAgent = new PlainAgent({ keepAlive: true, timeout: 60_000 });

  constructor({ allowed, timeout }: { allowed: Networks; timeout: number }) {
    this.#allowed = allowed;
    this.#timeout = timeout;
  }

  /** Resolves with the response. Rejects without one in time, or for a forbidden address. */
  async post(url: string, headers: Record<string, string>, body: string | Buffer): Promise<Posted> {
    const { protocol, hostname } = new URL(url);
    const secure = protocol === 'https:';
    checkHost(hostname, secure, this.#allowed);
    const signal = AbortSignal.timeout(this.#timeout);
    const options = {
      method: 'POST',
      signal,
      lookup: guardedLookup(secure, this.#allowed),
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'Parley-Webhooks',
        ...headers,
      },
    };
    const request = secure
      ? requestSecure(url, { ...options, agent: this.#secureAgent })
      : requestPlain(url, { ...options, agent: this.#plainAgent });
    try {
      return await answerTo(request, body);
    } catch (error) {
      throw signal.aborted ? new Error(`no answer within ${this.#timeout} ms`, { cause: error }) : error;
    }
  }

  /** Closes the connections. */
  close(): void {
    this.#secureAgent.destroy();
    this.#plainAgent.destroy();
  }
}

function answerTo(request: ClientRequest, body: string | Buffer): Promise<Posted> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const posted = { status, retryAfter: secondsOf(headers['retry-after']) };
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size <= MOST_BYTES) return;
        resolve(posted);
        request.destroy();
      });
      response.on('end', () => resolve(posted));
      response.on('error', reject);
      response.on('close', () => reject(new Error('the answer broke off')));
    });
    request.end(body);
  });
}

function secondsOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

export interface Posted {
  status: number;
  /** Returns the `Retry-After` of a response in seconds. */
  retryAfter: number | undefined;
}
