import calculateSlot from 'cluster-key-slot';
import { RedisSocket, type RedisSocketOptions } from './redis-socket.ts';
import { RedisUnavailableError } from './redis-unavailable-error.ts';
import type { Argument, Call } from './script.ts';
import type { SlotMap } from './slot-map.ts';

/**
 * Holds the socket to the only Redis server or, in a cluster, one socket to each master that
 * receives commands.
 */
export class RedisSockets {
  readonly #options: SharedOptions;
  readonly #greet: Greet;
  readonly #sockets = new Map<string, RedisSocket>();
  /** Master -> the slots that the master had when `greet` ran on its socket. */
  readonly #greeted = new Map<string, Set<number>>();
  readonly #slots: SlotMap;
  /** The socket to the only server. Undefined in a cluster. */
  readonly #only: RedisSocket | undefined;

  /**
   * @param options options of each socket. The address is that of the only server; in a cluster,
   * each master's own address replaces it
   * @param greet called on a new socket before any other command, and again if the master gets more
   * slots. If it rejects, the socket reconnects
   */
  constructor(clustered: boolean, slots: SlotMap, options: SharedOptions, greet: Greet) {
    this.#slots = slots;
    this.#options = options;
    this.#greet = greet;
    if (clustered) return;
    this.#only = new RedisSocket({ ...options, greet: (call) => greet(call, () => true) });
    this.#sockets.set('', this.#only);
  }

  /** Sends a command to the server that stores its key. */
  call(key: string, args: readonly Argument[], durable: boolean): Promise<unknown> {
    const socket = this.#only ?? this.#socketOf(key);
    if (!socket) return Promise.reject(new RedisUnavailableError('Redis is not reachable'));
    return this.#only ? socket.call(args, durable) : this.#follow(key, socket.call(args, durable), args, durable);
  }

  /**
   * Waits for the reply to a command. If the key's slot has moved, Redis did not execute the
   * command. It is then sent to the new master.
   */
  async #follow(key: string, reply: Promise<unknown>, args: readonly Argument[], durable: boolean) {
    try {
      return await reply;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('MOVED')) throw error;
      await this.#findMasters();
      this.#slots.follow(error);
      const socket = this.#socketOf(key);
      if (!socket) throw error;
      return socket.call(args, durable);
    }
  }

  reset(): void {
    for (const socket of this.#sockets.values()) socket.reset();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sockets.values()].map((socket) => socket.close()));
  }

  #socketOf(key: string): RedisSocket | undefined {
    const address = this.#slots.masterOf(key);
    if (address === undefined) return undefined;
    const socket = this.#sockets.get(address);
    if (socket && this.#greeted.get(address)?.has(calculateSlot(key)) !== false) return socket;
    // The master got this slot after `greet` ran. Opens a new socket, which calls `greet` again and
    // queues commands until it resolves.
    socket?.close();
    return this.#open(address);
  }

  #open(address: string): RedisSocket {
    const colon = address.lastIndexOf(':');
    this.#greeted.delete(address);
    const socket: RedisSocket = new RedisSocket({
      ...this.#options,
      host: address.slice(0, colon),
      port: Number(address.slice(colon + 1)),
      onDown: () => {
        if (this.#sockets.get(address) === socket) this.#greeted.delete(address);
        this.#findMasters();
      },
      greet: (call) => this.#greetAt(address, call),
    });
    this.#sockets.set(address, socket);
    return socket;
  }

  #greetAt(address: string, call: Call): Promise<void> {
    const slots = this.#slots.slotsOf(address);
    this.#greeted.set(address, slots);
    return this.#greet(call, (key) => slots.has(calculateSlot(key)));
  }

  /** Reads the slot map again, and closes the sockets of servers that are no longer masters. */
  async #findMasters(): Promise<void> {
    await this.#slots.refresh();
    const masters = this.#slots.masters;
    for (const [address, socket] of this.#sockets) {
      if (this.#only || masters.has(address)) continue;
      this.#sockets.delete(address);
      socket.close();
    }
  }
}

type SharedOptions = Omit<RedisSocketOptions, 'onDown' | 'greet'>;

/**
 * Called after a connection to a server is opened, before other commands. `has` returns whether the
 * server stores a key.
 */
type Greet = (call: Call, has: (key: string) => boolean) => Promise<void>;
