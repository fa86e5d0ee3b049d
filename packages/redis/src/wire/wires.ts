import calculateSlot from 'cluster-key-slot';
import { Cluster } from 'ioredis';
import type { RedisClient } from '../link.ts';
import type { Argument, Call } from '../script.ts';
import { RedisSocket, type RedisSocketOptions } from './wire.ts';

/** The wires to all servers: one, or one for each master of a cluster that is written to. */
export class RedisSockets {
  readonly #client: RedisClient;
  readonly #options: Omit<RedisSocketOptions, 'onDown' | 'greet'>;
  readonly #greet: Greet | undefined;
  readonly #wires = new Map<string, RedisSocket>();
  /** The slots that each connected server was greeted for. */
  readonly #greeted = new Map<string, Set<number>>();
  /** The wire to a server that is no cluster. */
  readonly #only: RedisSocket | undefined;
  #finding: Promise<void> | undefined;

  /**
   * `options` name the one server; of a cluster, its address is where each master is said to be. `greet` asks what is to be known of a
   * server, and of the slots that it has, before any command about them; the connection is tried again when it rejects.
   */
  constructor(client: RedisClient, options: Omit<RedisSocketOptions, 'onDown' | 'greet'>, greet?: Greet) {
    this.#client = client;
    this.#options = options;
    this.#greet = greet;
    if (client instanceof Cluster) return;
    this.#only = new RedisSocket({ ...options, greet: greet && ((call) => greet(call, () => true)) });
    this.#wires.set('', this.#only);
  }

  /** Sends a command to where its key lives. */
  call(key: string, args: readonly Argument[], durable: boolean): Promise<unknown> {
    const wire = this.#only ?? this.#wireOf(key);
    if (!wire) return Promise.reject(new Error('Redis is away'));
    return this.#only ? wire.call(args, durable) : this.#follow(key, wire.call(args, durable), args, durable);
  }

  /** A command whose slot has moved was not carried out, and there is a place where it will be. */
  async #follow(key: string, reply: Promise<unknown>, args: readonly Argument[], durable: boolean) {
    try {
      return await reply;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('MOVED')) throw error;
      await this.#findMasters();
      const wire = this.#wireOf(key);
      if (!wire) throw error;
      return wire.call(args, durable);
    }
  }

  reset(): void {
    for (const wire of this.#wires.values()) wire.reset();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#wires.values()].map((wire) => wire.close()));
  }

  #wireOf(key: string): RedisSocket | undefined {
    const slot = calculateSlot(key);
    const place = this.#masters[slot]?.[0];
    if (place === undefined) return undefined;
    const wire = this.#wires.get(place);
    if (wire && this.#greeted.get(place)?.has(slot) !== false) return wire;
    // A slot that has come to a server since is asked about as all are: by a new connection, which holds back what waits for it.
    wire?.close();
    return this.#open(place);
  }

  get #masters(): (string[] | undefined)[] {
    return (this.#client as unknown as { slots: (string[] | undefined)[] }).slots;
  }

  #open(place: string): RedisSocket {
    const colon = place.lastIndexOf(':');
    const address = { host: place.slice(0, colon), port: Number(place.slice(colon + 1)) };
    const greet = this.#greet;
    this.#greeted.delete(place);
    const wire: RedisSocket = new RedisSocket({
      ...this.#options,
      ...address,
      onDown: () => {
        if (this.#wires.get(place) === wire) this.#greeted.delete(place);
        this.#findMasters();
      },
      greet: greet && ((call) => this.#greetAt(place, call, greet)),
    });
    this.#wires.set(place, wire);
    return wire;
  }

  #greetAt(place: string, call: Call, greet: Greet): Promise<void> {
    const slots = new Set<number>();
    for (const [slot, nodes] of this.#masters.entries()) if (nodes?.[0] === place) slots.add(slot);
    this.#greeted.set(place, slots);
    return greet(call, (key) => slots.has(calculateSlot(key)));
  }

  /** Asks the cluster who its masters are, and lets go of wires to others; those who ask meanwhile share the answer. */
  async #findMasters(): Promise<void> {
    const cluster = this.#client;
    if (!(cluster instanceof Cluster)) return;
    this.#finding ??= new Promise((resolve) => cluster.refreshSlotsCache(() => resolve()));
    await this.#finding;
    this.#finding = undefined;
    const masters = new Set(this.#masters.map((nodes) => nodes?.[0]));
    for (const [place, wire] of this.#wires) {
      if (masters.has(place)) continue;
      this.#wires.delete(place);
      wire.close();
    }
  }
}

/** Asks a server what is to be known of it and of the keys that it has. */
type Greet = (call: Call, has: (key: string) => boolean) => Promise<void>;
