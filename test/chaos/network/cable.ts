import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Number of bytes that the proxy buffers before it stops reading from the sender. */
const ROOM = 1024 * 1024;

/**
 * A TCP proxy between two parts of the system that injects network faults. It never reorders bytes,
 * as TCP guarantees.
 */
export class Cable {
  readonly name: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Port of a client -> the proxy's socket to the server for this client. */
  readonly #far = new Map<number, Socket>();
  /** Sockets from which the proxy currently does not read. */
  readonly #held = new Set<Socket>();
  /** Port of the server. Changing it affects only new connections. */
  target: number;
  #trouble: Trouble = {};

  private constructor(name: string, target: number) {
    this.name = name;
    this.target = target;
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async lay(name: string, target: number): Promise<Cable> {
    const cable = new Cable(name, target);
    cable.#server.listen(0, '127.0.0.1');
    await once(cable.#server, 'listening');
    return cable;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Number of open connections through the proxy. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Breaks every connection. New connections succeed. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /**
   * Sets the fault that applies to all connections from now on. `{}` means no fault. Breaks
   * connections that were half-open, because their lost bytes cannot be restored.
   */
  disturb(trouble: Trouble): void {
    const silent = this.#trouble.silent !== undefined;
    this.#trouble = trouble;
    if (silent || trouble.refuse) this.cut();
  }

  /**
   * Stops or resumes reading from the server for the client with this port. While stopped, the
   * server must buffer all bytes that the kernel does not.
   */
  hold(port: number, held: boolean): void {
    const far = this.#far.get(port);
    if (!far) return;
    if (held) {
      this.#held.add(far);
      far.pause();
    } else if (this.#held.delete(far)) far.resume();
  }

  async remove(): Promise<void> {
    this.#server.close();
    this.cut();
  }

  #accept(near: Socket): void {
    this.#keep(near);
    if (this.#trouble.refuse) return void near.resetAndDestroy();
    const far = connect(this.target, '127.0.0.1');
    this.#keep(far);
    const port = near.remotePort ?? 0;
    this.#far.set(port, far);
    far.on('close', () => {
      this.#held.delete(far);
      if (this.#far.get(port) === far) this.#far.delete(port);
    });
    this.#pump(near, far, 'up');
    this.#pump(far, near, 'down');
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #pump(from: Socket, to: Socket, way: 'up' | 'down'): void {
    from.on('close', () => to.destroySoon());
    let waiting = 0;
    let last: Promise<void> | undefined;
    from.on('data', (data) => {
      const { silent, latency, bytesPerSecond } = this.#trouble;
      // Drops the bytes. In a half-open connection, the sender gets no error, although its bytes do
      // not arrive.
      if (silent === way || silent === 'both') return;
      if (!latency && !bytesPerSecond && !last) {
        if (!to.write(data)) this.#hold(from, to);
        return;
      }
      waiting += data.length;
      if (waiting > ROOM) from.pause();
      const due = performance.now() + (latency ?? 0);
      const turn = (last ?? Promise.resolve()).then(async () => {
        const pause = Math.max(due - performance.now(), bytesPerSecond ? (data.length / bytesPerSecond) * 1000 : 0);
        if (pause > 0) await delay(pause);
        if (!to.destroyed) to.write(data);
        waiting -= data.length;
        if (waiting <= ROOM) this.#resume(from);
        if (last === turn) last = undefined;
      });
      last = turn;
    });
  }

  #hold(from: Socket, to: Socket): void {
    from.pause();
    to.once('drain', () => this.#resume(from));
    to.once('close', () => from.resume());
  }

  #resume(socket: Socket): void {
    if (!this.#held.has(socket)) socket.resume();
  }
}

/** A network fault of the proxy. */
export interface Trouble {
  /** Ms of added delay. */
  latency?: number;
  /** Maximum bytes per second of each connection in each direction. */
  bytesPerSecond?: number;
  /**
   * Direction in which bytes are dropped while the connection stays open. `up` is towards the
   * server.
   */
  silent?: 'up' | 'down' | 'both';
  /** Whether open connections are broken and new ones refused. */
  refuse?: boolean;
}
