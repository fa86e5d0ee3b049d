import calculateSlot from 'cluster-key-slot';
import { Cluster } from 'ioredis';
import type { RedisClient } from '../link.ts';
import { Wire, type WireOptions } from './wire.ts';

/** The wires to all servers: one, or one for each master of a cluster that is written to. */
export class Wires {
  readonly #client: RedisClient;
  readonly #options: Omit<WireOptions, 'onDown'>;
  readonly #wires = new Map<string, Wire>();
  #finding: Promise<void> | undefined;

  /** `options` name the one server; of a cluster, its address is where each master is said to be. */
  constructor(client: RedisClient, options: Omit<WireOptions, 'onDown'>) {
    this.#client = client;
    this.#options = options;
    if (!(client instanceof Cluster)) this.#at(ONLY);
  }

  /** Sends a command to where its key lives. */
  async call(key: string, args: readonly (string | number)[], durable: boolean): Promise<unknown> {
    const place = this.#placeOf(key);
    if (place === undefined) throw new Error('Redis is away');
    try {
      return await this.#at(place).call(args, durable);
    } catch (error) {
      // The slot has moved: the command was not carried out, and there is a place where it will be.
      if (!(error instanceof Error) || !error.message.startsWith('MOVED')) throw error;
      await this.#findMasters();
      return this.#at(this.#placeOf(key) ?? place).call(args, durable);
    }
  }

  reset(): void {
    for (const wire of this.#wires.values()) wire.reset();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#wires.values()].map((wire) => wire.close()));
  }

  #placeOf(key: string): string | undefined {
    if (!(this.#client instanceof Cluster)) return ONLY;
    return (this.#client as unknown as { slots: string[][] }).slots[calculateSlot(key)]?.[0];
  }

  #at(place: string): Wire {
    let wire = this.#wires.get(place);
    if (!wire) {
      const colon = place.lastIndexOf(':');
      const address = place === ONLY ? {} : { host: place.slice(0, colon), port: Number(place.slice(colon + 1)) };
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

const ONLY = '';
