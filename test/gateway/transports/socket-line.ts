import type { ClientFrame, ServerFrame } from '@parley/protocol';
import { WebSocket } from 'ws';
import { Line, type Target } from './line.ts';

/** A client over a WebSocket. */
export class SocketLine extends Line {
  readonly #socket: WebSocket;

  constructor({ http, token, query, headers }: Target) {
    super();
    const address = `${http.replace('http', 'ws')}/v1/socket?${new URLSearchParams(query)}`;
    this.#socket = new WebSocket(address, 'parley.v1', { headers: { authorization: `Bearer ${token}`, ...headers } });
    this.#socket.on('message', (data) => this.take(JSON.parse(data.toString()) as ServerFrame));
    this.#socket.on('unexpected-response', (_request, { statusCode = 0 }) => this.end({ status: statusCode }));
    this.#socket.on('close', (code) => this.end({ code }));
    this.#socket.on('error', () => {});
  }

  async ask(frame: ClientFrame): Promise<ServerFrame | undefined> {
    await this.untilOpened();
    this.#socket.send(JSON.stringify(frame));
    if (frame.ref === undefined) return undefined;
    return this.until(
      () => this.frames.find((reply) => reply.type !== 'event' && 'ref' in reply && reply.ref === frame.ref),
      `reply to ${frame.ref}`,
    );
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  hangUp(): void {
    this.#socket.terminate();
  }
}
