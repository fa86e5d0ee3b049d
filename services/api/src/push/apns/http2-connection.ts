import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';
import { checkHost, guardedLookup, type Networks } from '@parley/service';

/** Maximum bytes of a response that are read. The rest is ignored. */
const MAX_REPLY = 4096;

/**
 * Ms without a request after which the connection is closed. It is shorter than the time after
 * which routers drop idle connections.
 */
const IDLE_MS = 180_000;

/**
 * A persistent HTTP/2 connection to one server. The first request opens the connection. After the
 * connection has ended, the next request opens a new one.
 */
export class Http2Connection {
  readonly #options: Http2Options;
  readonly #open = new Set<ClientHttp2Session>();
  #session: ClientHttp2Session | undefined;

  constructor(options: Http2Options) {
    this.#options = options;
  }

  /**
   * Sends a POST request and resolves with the response. Rejects if no response arrives in time, or
   * if the server's address is forbidden.
   */
  async post(path: string, headers: OutgoingHttpHeaders, body: string): Promise<Http2Answer> {
    const kept = this.#session;
    const session = this.#connected();
    try {
      return await this.#request(session, path, headers, body);
    } catch (error) {
      // Sends the request once more if the server closed an existing connection while the request
      // was being sent.
      if (session !== kept || !session.closed || error instanceof NoAnswer) throw error;
      return await this.#request(this.#connected(), path, headers, body);
    }
  }

  /** Closes the connections, which aborts the requests in flight. */
  close(): void {
    for (const session of this.#open) session.destroy();
  }

  #connected(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session;
    const { url, allowed } = this.#options;
    const { protocol, hostname, origin } = new URL(url);
    const secure = protocol === 'https:';
    checkHost(hostname, secure, allowed);
    // Node passes the option `lookup` to the socket, but the types of Node lack this option.
    const options = { lookup: guardedLookup(secure, allowed) } as SecureClientSessionOptions;
    const session = connect(origin, options);
    this.#session = session;
    this.#open.add(session);
    session.setTimeout(IDLE_MS, () => session.destroy());
    // Ignores the error here, because each request in flight reports it.
    session.on('error', () => {});
    session.on('goaway', () => this.#leave(session));
    session.on('close', () => {
      this.#leave(session);
      this.#open.delete(session);
    });
    return session;
  }

  /** Stops using a connection. The next request opens a new one. */
  #leave(session: ClientHttp2Session): void {
    if (this.#session === session) this.#session = undefined;
  }

  async #request(
    session: ClientHttp2Session,
    path: string,
    headers: OutgoingHttpHeaders,
    body: string,
  ): Promise<Http2Answer> {
    const { timeout } = this.#options;
    const stream = session.request({ ':method': 'POST', ':path': path, ...headers });
    const timer = setTimeout(() => {
      stream.destroy(new NoAnswer(`no answer within ${timeout} ms`));
      // Stops using the connection, because it might be dead.
      this.#leave(session);
      if (session.connecting) session.destroy();
      else if (!session.closed) session.close();
    }, timeout);
    try {
      return await answerTo(stream, body);
    } finally {
      clearTimeout(timer);
    }
  }
}

function answerTo(stream: ClientHttp2Stream, body: string): Promise<Http2Answer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    let status: number | undefined;
    stream.on('response', (headers: IncomingHttpHeaders & { ':status'?: number }) => {
      status = headers[':status'];
    });
    stream.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= MAX_REPLY) parts.push(part);
      else stream.close(constants.NGHTTP2_CANCEL);
    });
    stream.on('error', reject);
    stream.on('close', () => {
      if (status === undefined) reject(new Error('the connection was closed without an answer'));
      else resolve({ status, text: size <= MAX_REPLY ? Buffer.concat(parts).toString() : '' });
    });
    stream.end(body);
  });
}

class NoAnswer extends Error {}

export interface Http2Options {
  /** URL of the server. Only its origin is used. */
  url: string;
  /** Private networks in which the server's address is allowed. */
  allowed: Networks;
  /** Timeout of each request in ms. */
  timeout: number;
}

export interface Http2Answer {
  status: number;
  /** Content of the response. Empty if the response is too long. */
  text: string;
}
