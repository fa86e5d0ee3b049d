import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisConnection, repairForwards } from '@parley/redis';
import type { Lease } from './lease/lease.ts';

/**
 * Ms between two checks. The process that accepted a message has at least this time to forward it.
 */
const INTERVAL_MS = 500;

/**
 * In a Redis Cluster, regularly completes the forwarding that crashed gateways and apis have left
 * unfinished. Forwards the messages and mutations of the leased buckets. See `repairForwards`.
 */
export class ForwardRepair {
  readonly #redis: RedisConnection;
  readonly #leases: () => readonly Lease[];
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #seen = new Map<number, ReadonlySet<string>>();
  #done: Promise<void> = Promise.resolve();

  constructor(redis: RedisConnection, leases: () => readonly Lease[], onError: (error: unknown) => void) {
    this.#redis = redis;
    this.#leases = leases;
    this.#onError = onError;
  }

  start(): void {
    if (this.#redis.clustered) this.#done = this.#run();
  }

  /** Stops the regular checks. Resolves after the check in flight. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(INTERVAL_MS, undefined, { signal }).catch(() => {});
      const buckets = this.#leases().map(({ bucket }) => bucket);
      this.#seen = new Map(await Promise.all(buckets.map((bucket) => this.#check(bucket))));
    }
  }

  async #check(bucket: number): Promise<[number, ReadonlySet<string>]> {
    const seen = this.#seen.get(bucket) ?? new Set();
    try {
      return [bucket, await repairForwards(this.#redis, bucket, seen)];
    } catch (error) {
      this.#onError(error);
      return [bucket, seen];
    }
  }
}
