import { createRedisClient, type RedisClient, type RedisConnection } from '@parley/redis';
import type { Lease } from '../lease/lease.ts';
import { Positions, type RawStream, type Source, type StreamPage } from './source.ts';

/** Ms after which an answer that is overdue tells of a dead connection. */
const PATIENCE = 5000;

/** One Redis server: one command over all leased streams, on a connection of its own, since it blocks. */
export class ServerSource implements Source {
  readonly #client: RedisClient;
  readonly #link: RedisConnection;
  readonly #most: number;
  readonly #positions = new Positions();

  /** @param most entries to read at once, about */
  constructor(link: RedisConnection, url: string, most: number) {
    this.#link = link;
    this.#most = most;
    this.#client = createRedisClient({ url, name: 'parley-recorder-reader' });
    // Until it is connected, reads reject.
    this.#client.connect().catch(() => {});
  }

  async read(leases: readonly Lease[], wait: number): Promise<StreamPage> {
    const count = Math.ceil(this.#most / leases.length);
    const byKey = new Map(leases.map((lease) => [this.#link.keys.record(lease.bucket), lease]));
    const places = [...byKey.keys(), ...leases.map((lease) => this.#positions.of(lease))];
    const streams = await this.#answer(count, wait, places);
    return {
      entries: streams.flatMap(([key, entries]) => {
        const lease = byKey.get(key);
        return lease ? this.#positions.take(lease, entries) : [];
      }),
      more: streams.some(([, entries]) => entries.length >= count),
    };
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #answer(count: number, wait: number, places: string[]): Promise<RawStream[]> {
    const overdue = setTimeout(() => this.#client.disconnect(true), wait + PATIENCE);
    try {
      const answer =
        wait > 0
          ? await this.#client.xread('COUNT', count, 'BLOCK', wait, 'STREAMS', ...places)
          : await this.#client.xread('COUNT', count, 'STREAMS', ...places);
      return (answer ?? []) as RawStream[];
    } finally {
      clearTimeout(overdue);
    }
  }
}
