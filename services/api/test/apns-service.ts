import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

/**
 * A fake of the Apple Push Notification service (APNs). Accepts notifications over HTTP/2 without
 * TLS from servers that sign tokens with its key.
 */
export class ApnsService {
  /** The notifications that the service received, in order. */
  readonly got: ApnsNotification[] = [];
  /** The HTTP/2 connections that were opened, in order. */
  readonly sessions: ServerHttp2Session[] = [];
  /**
   * Returns the response to a notification. `hang`: the service does not respond. `cut`: it closes
   * the connection without a response.
   */
  answer: (notification: ApnsNotification) => { status: number; reason?: string } | 'hang' | 'cut' = () => ({
    status: 200,
  });
  readonly #keys: KeyPairKeyObjectResult;
  readonly #server: Http2Server;

  /**
   * Starts a fake APNs.
   * @param like a service with which the new service shares its key, as APNs production and sandbox
   * do
   */
  static async start(like?: ApnsService): Promise<ApnsService> {
    const service = new ApnsService(like ? like.#keys : generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  private constructor(keys: KeyPairKeyObjectResult) {
    this.#keys = keys;
    this.#server = createServer();
    this.#server.on('session', (session) => {
      this.sessions.push(session);
      session.on('error', () => {});
    });
    this.#server.on('stream', async (stream: ServerHttp2Stream, headers) => {
      stream.on('error', () => {});
      const parts: Buffer[] = [];
      for await (const part of stream) parts.push(part as Buffer);
      this.#accept(stream, headers, Buffer.concat(parts).toString());
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Content of the `.p8` key file. */
  get key(): string {
    return this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  }

  async close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, text: string): void {
    const token = /^\/3\/device\/([0-9a-f]+)$/.exec(headers[':path'] ?? '')?.[1];
    if (token === undefined) return send(stream, { status: 404, reason: 'BadPath' });
    if (!this.#trusts(headers.authorization)) return send(stream, { status: 403, reason: 'InvalidProviderToken' });
    const notification = { token, headers, payload: JSON.parse(text) };
    this.got.push(notification);
    const answer = this.answer(notification);
    if (answer === 'cut') stream.session?.destroy();
    else if (answer !== 'hang') send(stream, answer);
  }

  #trusts(authorization: string | undefined): boolean {
    try {
      const token = authorization?.replace(/^bearer /, '') ?? '';
      const { header } = jwt.decode(token, { complete: true }) ?? {};
      const options = { algorithms: ['ES256' as const], issuer: teamId, maxAge: '1h' };
      jwt.verify(token, this.#keys.publicKey, options);
      return header?.kid === keyId;
    } catch {
      return false;
    }
  }
}

export const keyId = 'KEY1234567';
export const teamId = 'TEAM123456';

function send(stream: ServerHttp2Stream, { status, reason }: { status: number; reason?: string }): void {
  stream.respond({ ':status': status });
  stream.end(reason === undefined ? '' : JSON.stringify({ reason }));
}

export interface ApnsNotification {
  token: string;
  headers: IncomingHttpHeaders;
  payload: { aps: { alert: { title: string; body: string } }; chat: number; id: number };
}
