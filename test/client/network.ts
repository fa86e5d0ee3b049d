import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy between a client and its gateway that simulates network faults. */
export class Network {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #target: () => number;
  /** Pattern of requests that the proxy rejects with 403, as a firewall would. */
  blocked: RegExp | undefined;
  /** True: closes each new connection at once, as if the gateway did not exist. */
  dead = false;
  /** True: drops the bytes that the gateway sends to the client. */
  deaf = false;
  /** Request lines that the proxy has received so far. */
  readonly requests: string[] = [];

  private constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  /** Opens a proxy. Calls `target` for each connection to get the gateway's port. */
  static async open(target: () => number): Promise<Network> {
    const network = new Network(target);
    network.#server.listen(0, '127.0.0.1');
    await once(network.#server, 'listening');
    return network;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /**
   * Ends all faults except `blocked`. Breaks the connections that lost bytes, so that clients open
   * new ones.
   */
  heal(): void {
    if (this.deaf || this.dead) this.cut();
    this.deaf = false;
    this.dead = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    if (this.dead) return void socket.destroy();
    socket.once('data', (head) => {
      const text = head.toString('latin1');
      this.requests.push(text.slice(0, text.indexOf('\r\n')));
      if (this.blocked?.test(text))
        return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      const gateway = connect(this.#target(), '127.0.0.1');
      this.#sockets.add(gateway);
      gateway.on('close', () => {
        this.#sockets.delete(gateway);
        socket.destroy();
      });
      gateway.on('error', () => socket.destroy());
      socket.on('close', () => gateway.destroy());
      gateway.write(head);
      socket.on('data', (data) => {
        this.#note(data.toString('latin1'));
        gateway.write(data);
      });
      gateway.on('data', (data) => this.deaf || socket.write(data));
    });
  }

  /** Stores the request line of a further request on the same connection (keep-alive). */
  #note(text: string): void {
    const line = text.slice(0, text.indexOf('\r\n'));
    if (/^[A-Z]+ \S+ HTTP/.test(line)) this.requests.push(line);
  }
}
