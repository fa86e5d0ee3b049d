import calculateSlot from 'cluster-key-slot';
import { Cluster } from 'ioredis';
import type { RedisClient } from '../link.ts';
import type { Argument } from '../script.ts';
import { Wire, type WireOptions } from './wire.ts';

/** The wires to all servers: one, or one for each master of a cluster that is written to. */
export class Wires {
  readonly #client: RedisClient;
  readonly #options: Omit<WireOptions, 'onDown'>;
  readonly #wires = new Map<string, Wire>();
  /** The wire to a server that is no cluster. */
  readonly #only: Wire | undefined;
  #finding: Promise<void> | undefined;

  /** `options` name the one server; of a cluster, its address is where each master is said to be. */
  constructor(client: RedisClient, options: Omit<WireOptions, 'onDown'>) {
    this.#client = client;
    this.#options = options;
    if (client instanceof Cluster) return;
    this.#only = new Wire(options);
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

  #wireOf(key: string): Wire | undefined {
    const place = (this.#client as unknown as { slots: string[][] }).slots[calculateSlot(key)]?.[0];
    if (place === undefined) return undefined;
    let wire = this.#wires.get(place);
    if (!wire) {
      const colon = place.lastIndexOf(':');
      const address = { host: place.slice(0, colon), port: Number(place.slice(colon + 1)) };
      wire = new Wire({ ...this.#options, ...address, onDown: () => this.#findMasters() });
      this.#wires.set(place, wire);
    }
    return wire;
  }

  /** Asks the cluster who its masters are, and lets go of wires to others; those who ask meanwhile share the answer. */
  async #findMasters(): Promise<void> {
    const cluster = this.#client;
    if (!(cluster instanceof Cluster)) return;
    this.#finding ??= new Promise((resolve) => cluster.refreshSlotsCache(() => resolve()));
    await this.#finding;
    this.#finding = undefined;
    const masters = new Set((cluster as unknown as { slots: string[][] }).slots.map((nodes) => nodes?.[0]));
    for (const [place, wire] of this.#wires) {
      if (masters.has(place)) continue;
      this.#wires.delete(place);
      wire.close();
    }
  }
}
