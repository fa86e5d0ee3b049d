import { setTimeout as sleep } from 'node:timers/promises';
import type { RedisConnection } from '@parley/redis';
import type { Lease } from '../lease/lease.ts';
import { Positions, type RawStream, type Source, type StreamEntry, type StreamPage } from './source.ts';

/** Ms between two looks at streams that were empty. */
const PAUSE = 25;

/**
 * A Redis Cluster: one command per bucket, since a command may not span slots. They are sent together, those of a master in
 * one write; none blocks, since a blocked connection would hold back the other buckets of its master.
 */
export class ClusterSource implements Source {
  readonly #link: RedisConnection;
  readonly #most: number;
  readonly #positions = new Positions();

  /** @param most entries to read at once, about */
  constructor(link: RedisConnection, most: number) {
    this.#link = link;
    this.#most = most;
  }

  async read(leases: readonly Lease[], wait: number): Promise<StreamPage> {
    const end = performance.now() + wait;
    for (;;) {
      const page = await this.#readOnce(leases);
      if (page.entries.length > 0 || performance.now() >= end) return page;
      await sleep(PAUSE);
    }
  }

  async close(): Promise<void> {}

  /** A bucket whose master is away is passed over, so that the others go on; throws when none answers. */
  async #readOnce(leases: readonly Lease[]): Promise<StreamPage> {
    const count = Math.ceil(this.#most / leases.length);
    const outcomes = await Promise.allSettled(leases.map((lease) => this.#readBucket(lease, count)));
    const pages = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure && pages.length === 0) throw failure.reason;
    return { entries: pages.flat(), more: pages.some((page) => page.length >= count) };
  }

  async #readBucket(lease: Lease, count: number): Promise<StreamEntry[]> {
    const { client, keys } = this.#link;
    const answer = await client.xread('COUNT', count, 'STREAMS', keys.record(lease.bucket), this.#positions.of(lease));
    const [stream] = (answer ?? []) as RawStream[];
    return stream ? this.#positions.take(lease, stream[1]) : [];
  }
}
