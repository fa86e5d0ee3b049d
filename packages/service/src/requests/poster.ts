import { isUtf8 } from 'node:buffer';
import { type ClientRequest, Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import { brotliDecompressSync, unzipSync } from 'node:zlib';
import { checkHost, guardedLookup } from './guard.ts';
import type { Networks } from './networks.ts';

/**
 * Maximum bytes that are read of a response whose content is ignored. The content is read because a
 * connection with unread data cannot be reused.
 */
const MOST_BYTES = 64 * 1024;

/** Maximum ms for which the end of an ignored response is awaited. */
const CONTENT_TIME_MS = 1000;

/**
 * Sends signed POST requests over persistent connections. Does not follow redirects. A request
 * fails after `timeout` ms.
 */
export class Poster {
  readonly #allowed: Networks;
  readonly #timeout: number;
  readonly #maxReply: number;
  readonly #secureAgent = new SecureAgent({ keepAlive: true, timeout: 60_000 });
  readonly #plainAgent = new PlainAgent({ keepAlive: true, timeout: 60_000 });

  constructor({ allowed, timeout, maxReply = 0 }: PosterOptions) {
    this.#allowed = allowed;
    this.#timeout = timeout;
    this.#maxReply = maxReply;
  }

  /**
   * Sends a request. Resolves with the response. Rejects if no response arrives in time, or if the
   * address is not allowed.
   */
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
        'accept-encoding': 'identity',
        ...headers,
      },
    };
    const request = secure
      ? requestSecure(url, { ...options, agent: this.#secureAgent })
      : requestPlain(url, { ...options, agent: this.#plainAgent });
    try {
      return await answerTo(request, body, this.#maxReply);
    } catch (error) {
      throw signal.aborted ? new Error(`no answer within ${this.#timeout} ms`, { cause: error }) : error;
    }
  }

  /** Closes all connections. */
  close(): void {
    this.#secureAgent.destroy();
    this.#plainAgent.destroy();
  }
}

function answerTo(request: ClientRequest, body: string | Buffer, maxReply: number): Promise<Posted> {
  return new Promise((resolve, reject) => {
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const posted = { status, retryAfter: secondsOf(headers['retry-after']) };
      const parts: Buffer[] = [];
      let size = 0;
      const giveUp = () => {
        resolve(posted);
        request.destroy();
      };
      // If the content is ignored, resolves with the status even if the content does not end in
      // time.
      const timer = maxReply === 0 ? setTimeout(giveUp, CONTENT_TIME_MS) : undefined;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size <= maxReply) parts.push(part);
        if (size > Math.max(maxReply, MOST_BYTES)) giveUp();
      });
      response.on('end', () => {
        const text = size <= maxReply ? decode(Buffer.concat(parts), headers['content-encoding'], maxReply) : undefined;
        resolve(text === undefined ? posted : { ...posted, text });
      });
      response.on('error', reject);
      response.on('close', () => {
        clearTimeout(timer);
        reject(new Error('the response ended early'));
      });
    });
    request.end(body);
  });
}

/**
 * Returns the content of a response as a string. Decompresses it, because servers might compress a
 * response although the request does not accept that. Returns undefined if the content cannot be
 * decompressed, is not UTF-8, or would be longer than `maxBytes`.
 */
function decode(bytes: Buffer, encoding: string | undefined, maxBytes: number): string | undefined {
  try {
    const plain = decompress(bytes, encoding, maxBytes);
    return isUtf8(plain) ? plain.toString() : undefined;
  } catch {
    return undefined;
  }
}

/** @throws Error if the content cannot be decompressed, or would be longer than `maxBytes` */
function decompress(bytes: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  if (encoding === undefined || encoding === 'identity' || bytes.length === 0) return bytes;
  const options = { maxOutputLength: Math.max(1, maxBytes) };
  return encoding === 'br' ? brotliDecompressSync(bytes, options) : unzipSync(bytes, options);
}

function secondsOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

export interface PosterOptions {
  /** Private networks in which requests can reach servers. */
  allowed: Networks;
  /** Maximum ms that each request can take. */
  timeout: number;
  /** Maximum bytes of the response that are returned. Default: 0, the content is ignored. */
  maxReply?: number;
}

export interface Posted {
  status: number;
  /** Content of the response. Undefined if it is longer than `maxReply` or cannot be decoded. */
  text?: string | undefined;
  /** Value of the response's `Retry-After` header, in seconds. */
  retryAfter: number | undefined;
}
