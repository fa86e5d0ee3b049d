import { WebSocket } from 'ws';
import type { Replies } from './replies.ts';

/** A WebSocket of a hostile user. It counts refusals and close codes. */
export class HostileSocket {
  readonly #socket: WebSocket;
  /** Called when the connection opens, ends, or receives a pong. */
  #wake: () => void = () => {};
  /** Close code of the connection, or status of a refused upgrade. Undefined while it is open. */
  closed: number | undefined;

  private constructor(socket: WebSocket, replies: Replies) {
    this.#socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data) => replies.countFrame(String(data)));
    socket.on('open', () => this.#wake());
    socket.on('pong', () => this.#wake());
    socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      replies.count(String(statusCode));
      request.destroy();
      this.#end(statusCode);
    });
    socket.on('close', (code) => {
      if (code !== 1006 && this.closed === undefined) replies.count(`closed ${code}`);
      this.#end(code);
    });
  }

  /** Connects. Resolves when the connection is open or the server has refused it. */
  static async open({ url, token, path = '/v1/socket?cursor=latest', replies }: SocketOptions): Promise<HostileSocket> {
    const headers = { authorization: `Bearer ${token}` };
    const protocols = path.startsWith('/v1/') ? ['parley.v1'] : [];
    const socket = new HostileSocket(
      new WebSocket(url + path, protocols, { headers, perMessageDeflate: false, handshakeTimeout: 5000 }),
      replies,
    );
    await socket.#woken();
    return socket;
  }

  /** Sends a frame as JSON, or a string unchanged. */
  send(frame: object | string): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /**
   * Sends a ping. Resolves when its pong arrives, after which the server has received all earlier
   * frames, or when the connection has ended.
   */
  async settled(): Promise<void> {
    if (this.closed !== undefined || this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.ping();
    await this.#woken();
  }

  destroy(): void {
    this.#socket.terminate();
    this.#end(1006);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(code: number): void {
    this.closed ??= code;
    this.#wake();
  }
}

export interface SocketOptions {
  /** Root URL of a gateway, `ws://…`. */
  url: string;
  token: string;
  path?: string;
  replies: Replies;
}
