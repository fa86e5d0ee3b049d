import calculateSlot from 'cluster-key-slot';
import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './create-redis-client.ts';

/** Ms to wait for a node's slot map before the next node is queried. */
const REPLY_TIMEOUT_MS = 2000;

/** Ms between two periodic reads of the slot map. */
const REFRESH_INTERVAL_MS = 5000;

/** Maps each slot of a Redis Cluster to its master. Empty without a cluster. */
export class SlotMap {
  readonly #client: RedisClient;
  /** Slot -> `host:port` of its master. */
  #masters: string[] = [];
  #refresh: Promise<void> | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(client: RedisClient) {
    this.#client = client;
    if (client instanceof Cluster) this.#timer = setInterval(() => this.refresh(), REFRESH_INTERVAL_MS).unref();
  }

  /**
   * Returns the `host:port` of the master that has the slot of a key or channel. Returns undefined
   * while the master is unknown.
   */
  masterOf(key: string): string | undefined {
    return this.#masters[calculateSlot(key)];
  }

  /** Returns the slots that a master has. */
  slotsOf(master: string): Set<number> {
    const slots = new Set<number>();
    for (const [slot, address] of this.#masters.entries()) if (address === master) slots.add(slot);
    return slots;
  }

  get masters(): Set<string> {
    return new Set(this.#masters);
  }

  /** Updates a slot from a `MOVED` error, which is always newer than the map. */
  follow(error: Error): void {
    const [, slot, address] = /^MOVED (\d+) (\S+)/.exec(error.message) ?? [];
    // Ignores an address without a host, which means another port of the node that replied.
    if (address && !address.startsWith(':')) this.#masters[Number(slot)] = address;
  }

  /**
   * Reads the slot map from the cluster. Keeps the old map if no node replies. Concurrent calls
   * share one read.
   */
  refresh(): Promise<void> {
    this.#refresh ??= this.#read().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #read(): Promise<void> {
    if (!(this.#client instanceof Cluster)) return;
    const cluster = this.#client;
    await new Promise<void>((resolve) => cluster.refreshSlotsCache(() => resolve()));
    for (const node of shuffled(cluster.nodes('all'))) {
      const masters = await readMasters(node).catch(() => undefined);
      if (!masters) continue;
      this.#masters = masters;
      return;
    }
  }
}

async function readMasters(node: Redis): Promise<string[] | undefined> {
  const timeout = new Promise<never>((_, reject) => setTimeout(reject, REPLY_TIMEOUT_MS).unref());
  const ranges = await Promise.race([node.cluster('SLOTS'), timeout]);
  const masters: string[] = [];
  for (const [first, last, master] of ranges) {
    const [host, port] = master ?? [];
    // An empty host means the node that replied.
    for (let slot = first; slot <= last; slot += 1) masters[slot] = `${host || node.options.host}:${port}`;
  }
  return ranges.length > 0 ? masters : undefined;
}

function shuffled<Item>(items: Item[]): Item[] {
  return items
    .map((item) => ({ item, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item);
}
