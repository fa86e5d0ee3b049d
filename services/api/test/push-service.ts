import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A fake push service together with its browsers. Accepts pushes (RFC 8030) and decrypts them (RFC
 * 8291).
 */
export class PushService {
  /** The pushes that the service received, in order. */
  readonly got: Pushed[] = [];
  /** HTTP status of each response. `hang`: the service does not respond. */
  status: number | 'hang' = 201;
  /**
   * Returns the status of the response to a push. `before` is the number of earlier pushes to the
   * same device. Default: `status`.
   */
  statusOf: ((pushed: Pushed, before: number) => number) | undefined;
  /** Headers of each response. */
  headers: Record<string, string> = {};
  readonly #server: Server;
  readonly #browsers = new Map<string, PushedBrowser>();

  static async start(): Promise<PushService> {
    const service = new PushService();
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const browser = this.#browsers.get(request.url ?? '');
      const text = browser ? browser.read(Buffer.concat(parts)) : '';
      const pushed: Pushed = {
        endpoint: `${this.url}${request.url}`,
        headers: request.headers,
        shown: JSON.parse(text || 'null'),
      };
      const before = this.got.filter(({ endpoint }) => endpoint === pushed.endpoint).length;
      this.got.push(pushed);
      const status = this.statusOf?.(pushed, before) ?? this.status;
      if (status !== 'hang') response.writeHead(status, this.headers).end();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Creates a push subscription of a new browser. */
  subscribe(): { endpoint: string; keys: { p256dh: string; auth: string } } {
    const path = `/${randomBytes(12).toString('hex')}`;
    const browser = new PushedBrowser();
    this.#browsers.set(path, browser);
    return { endpoint: `${this.url}${path}`, keys: browser.keys };
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

class PushedBrowser {
  readonly #pair = createECDH('prime256v1');
  readonly #auth = randomBytes(16);
  readonly #public = this.#pair.generateKeys();

  get keys() {
    return { p256dh: this.#public.toString('base64url'), auth: this.#auth.toString('base64url') };
  }

  read(message: Buffer): string {
    const salt = message.subarray(0, 16);
    const length = message.readUInt8(20);
    const sender = message.subarray(21, 21 + length);
    const sealed = message.subarray(21 + length);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#public, sender]);
    const secret = Buffer.from(hkdfSync('sha256', this.#pair.computeSecret(sender), this.#auth, info, 32));
    const key = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: aes128gcm\0', 16));
    const nonce = Buffer.from(hkdfSync('sha256', secret, salt, 'Content-Encoding: nonce\0', 12));
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(sealed.subarray(-16));
    const opened = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    return opened.subarray(0, opened.lastIndexOf(2)).toString();
  }
}

/** Returns whether a request is signed with a VAPID key for this service. */
export function isFrom({ headers, endpoint }: Pushed, publicKey: string): boolean {
  const [, token = '', key] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  const [head, claims, signature = ''] = token.split('.');
  const point = Buffer.from(publicKey, 'base64url');
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'));
  const verifier = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x as string, y: y as string }, format: 'jwk' });
  const genuine = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: verifier, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const { aud } = JSON.parse(Buffer.from(claims ?? '', 'base64url').toString());
  return genuine && key === publicKey && aud === new URL(endpoint).origin;
}

export interface Pushed {
  endpoint: string;
  headers: IncomingHttpHeaders;
  /** The decrypted notification that the browser shows. */
  shown: { chat: number; title: string; text: string; badge: number };
}
