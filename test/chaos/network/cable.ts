import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes that may wait on a cable before the end that sends them is held back. */
const ROOM = 1024 * 1024;

/**
 * A TCP proxy between two parts of the system that does to connections what networks do. Bytes keep their order whatever is done to
 * them, as TCP has it.
 */
export class Cable {
  readonly name: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Ends that lead to the server, by the port the client has. */
  readonly #far = new Map<number, Socket>();
  /** Ends from which nothing is taken. */
  readonly #held = new Set<Socket>();
  /** Where it leads; another port leads new connections there. */
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

  /** Connections there are now. */
  get connections(): number {
    return this.#sockets.size / 2;
  }

  /** Breaks every connection; new ones pass. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** What happens to all connections from now on; `{}` for nothing. Connections that were half open until now are broken. */
  disturb(trouble: Trouble): void {
    const silent = this.#trouble.silent !== undefined;
    this.#trouble = trouble;
    if (silent || trouble.refuse) this.cut();
  }

  /** Takes nothing that the server sends to the client at this port, or does again: what the server's kernel does not hold, the server must. */
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
      // A half-open connection: this end believes that what it writes arrives.
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

/** What is wrong with a cable. */
export interface Trouble {
  /** Ms by which everything comes later. */
  latency?: number;
  /** How much passes each way of each connection. */
  bytesPerSecond?: number;
  /** What is sent this way vanishes although the connection stands; `up` leads to the server. */
  silent?: 'up' | 'down' | 'both';
  /** No connection stands or comes about. */
  refuse?: boolean;
}
