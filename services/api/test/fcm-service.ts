import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import jwt from 'jsonwebtoken';

/**
 * A fake of Firebase Cloud Messaging (FCM) and Google's token service. Issues access tokens (RFC
 * 7523) and accepts messages.
 */
export class FcmService {
  /** The messages that the service received, in order. */
  readonly got: FcmMessage[] = [];
  /** The access tokens that the service issued, in order. */
  readonly issued: string[] = [];
  /** Returns the response to `messages:send`. `hang`: the service does not respond. */
  answer: (message: FcmMessage) => { status: number; body?: object | string } | 'hang' = () => taken;
  /** Response of the token service, to which the token is added. */
  grant: { status: number; body: object } = { status: 200, body: { expires_in: 3599, token_type: 'Bearer' } };
  /** Access tokens that the service accepts. */
  readonly valid = new Set<string>();
  readonly #keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #server: Server;

  static async start(): Promise<FcmService> {
    const service = new FcmService();
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const text = Buffer.concat(parts).toString();
      if (request.url === '/token') this.#issue(text, response);
      else if (request.url === '/v1/projects/parley-test/messages:send') this.#accept(request, text, response);
      else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** JSON key of the service account. */
  get credentials(): string {
    const private_key = this.#keys.privateKey.export({ type: 'pkcs8', format: 'pem' });
    return JSON.stringify({ ...account, private_key, token_uri: `${this.url}/token` });
  }

  get publicKey(): KeyObject {
    return this.#keys.publicKey;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #issue(text: string, response: ServerResponse): void {
    const form = new URLSearchParams(text);
    try {
      if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') throw new Error('grant_type');
      const claims = jwt.verify(form.get('assertion') ?? '', this.#keys.publicKey, {
        algorithms: ['RS256'],
        audience: `${this.url}/token`,
        issuer: account.client_email,
      }) as jwt.JwtPayload;
      if (claims.scope !== 'https://www.googleapis.com/auth/firebase.messaging') throw new Error('scope');
    } catch {
      return send(response, 400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
    }
    if (this.grant.status !== 200) return send(response, this.grant.status, this.grant.body);
    const token = `ya29.access-${this.issued.length}`;
    this.issued.push(token);
    this.valid.add(token);
    send(response, 200, { access_token: token, ...this.grant.body });
  }

  #accept({ headers }: IncomingMessage, text: string, response: ServerResponse): void {
    const token = headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (!this.valid.has(token)) return send(response, 401, { error: { code: 401, status: 'UNAUTHENTICATED' } });
    const message = (JSON.parse(text) as { message: FcmMessage }).message;
    this.got.push(message);
    const answer = this.answer(message);
    if (answer !== 'hang') send(response, answer.status, answer.body);
  }
}

/** Response to a message that FCM accepts. */
export const taken = { status: 200, body: { name: 'projects/parley-test/messages/1' } };

/** Builds an error response in FCM's format. */
export function fcmError(status: number, word: string, errorCode: string) {
  const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }];
  return { status, body: { error: { code: status, message: 'An error.', status: word, details } } };
}

const account = {
  type: 'service_account',
  project_id: 'parley-test',
  private_key_id: 'key-1',
  client_email: 'push@parley-test.iam.gserviceaccount.com',
};

function send(response: ServerResponse, status: number, body: object | string = ''): void {
  const json = typeof body === 'object';
  response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/html' });
  response.end(json ? JSON.stringify(body) : body);
}

export interface FcmMessage {
  token: string;
  notification: { title: string; body: string };
  data: Record<string, string>;
  android: {
    collapse_key: string;
    priority: string;
    ttl: string;
    notification: { tag: string; notification_count: number };
  };
}
