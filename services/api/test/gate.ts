import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP proxy in front of a server. It can refuse connections, which simulates an outage without
 * stopping the server.
 */
export class Gate {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #open = true;
  #stalled = false;

  /** Starts a gate in front of a server. Returns the gate and its URL. */
  static async before(target: string): Promise<{ gate: Gate; url: string }> {
    const url = new URL(target);
    const gate = new Gate(url.hostname, Number(url.port));
    gate.#server.listen(0, '127.0.0.1');
    await once(gate.#server, 'listening');
    url.hostname = '127.0.0.1';
    url.port = String((gate.#server.address() as AddressInfo).port);
    return { gate, url: url.href };
  }

  private constructor(host: string, port: number) {
    this.#server = createServer((near) => {
      if (!this.#open) return void near.destroy();
      const far = connect(port, host);
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
        if (this.#stalled) socket.pause();
      }
    });
  }

  /** Closes all connections and refuses new ones. */
  shut(): void {
    this.#open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Accepts connections but forwards no bytes, like a server that hangs. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  open(): void {
    this.#open = true;
    this.#stalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    this.shut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
