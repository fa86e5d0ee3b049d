import { createHmac } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that receives webhook requests and responds as configured. */
export class Receiver {
  /** Requests that were received, in order. */
  readonly got: Received[] = [];
  /** Sends the response to a request. Default: the receiver responds with 204. */
  answer: ((response: ServerResponse, received: Received) => void) | undefined;
  port = 0;
  readonly #server: Server;

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    receiver.port = (receiver.#server.address() as AddressInfo).port;
    return receiver;
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      const body = Buffer.concat(parts).toString();
      const received = { headers: request.headers as Record<string, string>, body, event: JSON.parse(body) };
      this.got.push(received);
      if (this.answer) this.answer(response, received);
      else response.writeHead(204).end();
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  /**
   * Responds to the next requests with these statuses, in this order, and to later requests with
   * 204.
   */
  answers(...statuses: number[]): void {
    this.answer = (response) => void response.writeHead(statuses.shift() ?? 204).end();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/**
 * Returns whether the signature of a webhook request is valid, as the Standard Webhooks
 * specification requires receivers to check it.
 */
export function isGenuine({ headers, body }: Received, secret: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return (signatures ?? '').split(' ').includes(`v1,${expected}`);
}

export interface Received {
  headers: Record<string, string>;
  body: string;
  event: { id: string; type: string; attempt: number; date: number; data: Record<string, unknown> };
}
