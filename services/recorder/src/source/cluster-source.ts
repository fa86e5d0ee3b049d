import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisConnection } from '@parley/redis';
import type { Lease } from '../lease/lease.ts';
import { Positions, type RawStream, type Source, type StreamEntry, type StreamPage } from './source.ts';

/** Ms to wait before empty streams are read again. */
const POLL_INTERVAL_MS = 25;

/**
 * Reads the streams of a Redis Cluster. Sends one command per bucket, because a command can access
 * only one cluster slot. Sends the commands for one master in a single write. Never blocks in
 * Redis, because a blocked connection would delay the other buckets of its master.
 */
export class ClusterSource implements Source {
  readonly #redis: RedisConnection;
  readonly #batch: number;
  readonly #key: (bucket: number) => string;
  readonly #positions = new Positions();

  /**
   * @param batch approximate number of entries to read at a time
   * @param key returns the stream of a bucket
   */
  constructor(redis: RedisConnection, batch: number, key: (bucket: number) => string) {
    this.#redis = redis;
    this.#batch = batch;
    this.#key = key;
  }

  async read(leases: readonly Lease[], wait: number): Promise<StreamPage> {
    const end = performance.now() + wait;
    for (;;) {
      const page = await this.#readOnce(leases);
      if (page.entries.length > 0 || performance.now() >= end) return page;
      await sleep(POLL_INTERVAL_MS);
    }
  }

  async close(): Promise<void> {}

  /**
   * Reads each stream once. Skips buckets whose master is unavailable, so that the others continue.
   * Throws if all masters are unavailable.
   */
  async #readOnce(leases: readonly Lease[]): Promise<StreamPage> {
    const count = Math.ceil(this.#batch / leases.length);
    const outcomes = await Promise.allSettled(leases.map((lease) => this.#readBucket(lease, count)));
    const pages = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure && pages.length === 0) throw failure.reason;
    return { entries: pages.flat(), more: pages.some((page) => page.length >= count) };
  }

  async #readBucket(lease: Lease, count: number): Promise<StreamEntry[]> {
    const position = this.#positions.of(lease);
    const streams = await this.#redis.client.xread('COUNT', count, 'STREAMS', this.#key(lease.bucket), position);
    const [stream] = (streams ?? []) as RawStream[];
    return stream ? this.#positions.advance(lease, stream[1]) : [];
  }
}
