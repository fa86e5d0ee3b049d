import { createRedisClient, type RedisClient } from '@parley/redis';
import type { Lease } from '../lease/lease.ts';
import { Positions, type RawStream, type Source, type StreamPage } from './source.ts';

/**
 * Ms after the block time of a command within which its reply must arrive. Otherwise the connection
 * counts as dead.
 */
const REPLY_TIMEOUT_MS = 5000;

/**
 * Reads the streams of one Redis server, with one blocking command for all leased streams, on a
 * separate connection.
 */
export class ServerSource implements Source {
  readonly #client: RedisClient;
  readonly #batch: number;
  readonly #key: (bucket: number) => string;
  readonly #positions = new Positions();

  /**
   * @param batch approximate number of entries to read at a time
   * @param key returns the stream of a bucket
   */
  constructor(url: string, batch: number, key: (bucket: number) => string) {
    this.#batch = batch;
    this.#key = key;
    this.#client = createRedisClient({ url, name: 'parley-recorder-reader' });
    // Ignores a failed connect, because a read rejects while the client is not connected.
    this.#client.connect().catch(() => {});
  }

  async read(leases: readonly Lease[], wait: number): Promise<StreamPage> {
    const count = Math.ceil(this.#batch / leases.length);
    const byKey = new Map(leases.map((lease) => [this.#key(lease.bucket), lease]));
    const positions = [...byKey.keys(), ...leases.map((lease) => this.#positions.of(lease))];
    const streams = await this.#readStreams(count, wait, positions);
    return {
      entries: streams.flatMap(([key, entries]) => {
        const lease = byKey.get(key);
        return lease ? this.#positions.advance(lease, entries) : [];
      }),
      more: streams.some(([, entries]) => entries.length >= count),
    };
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #readStreams(count: number, wait: number, positions: string[]): Promise<RawStream[]> {
    const overdue = setTimeout(() => this.#client.disconnect(true), wait + REPLY_TIMEOUT_MS);
    try {
      const streams =
        wait > 0
          ? await this.#client.xread('COUNT', count, 'BLOCK', wait, 'STREAMS', ...positions)
          : await this.#client.xread('COUNT', count, 'STREAMS', ...positions);
      return (streams ?? []) as RawStream[];
    } finally {
      clearTimeout(overdue);
    }
  }
}
