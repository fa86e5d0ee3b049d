import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisConnection, repairForwards } from '@parley/redis';
import type { Leases } from './lease/leases.ts';

/** Ms from one look to the next, and so the least for which a message is left to whoever accepted it. */
const INTERVAL = 500;

/** In a Redis Cluster, finishes in the leased buckets what gateways and apis that died could not: see `repairForwards`. */
export class Forwarding {
  readonly #link: RedisConnection;
  readonly #leases: Leases;
  readonly #onError: (error: unknown) => void;
  readonly #stopping = new AbortController();
  #seen = new Map<number, ReadonlySet<string>>();
  #done: Promise<void> = Promise.resolve();

  constructor(link: RedisConnection, leases: Leases, onError: (error: unknown) => void) {
    this.#link = link;
    this.#leases = leases;
    this.#onError = onError;
  }

  start(): void {
    if (this.#link.clustered) this.#done = this.#run();
  }

  /** Resolves once the look under way is over. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await sleep(INTERVAL, undefined, { signal }).catch(() => {});
      const buckets = this.#leases.held().map(({ bucket }) => bucket);
      this.#seen = new Map(await Promise.all(buckets.map((bucket) => this.#look(bucket))));
    }
  }

  async #look(bucket: number): Promise<[number, ReadonlySet<string>]> {
    const seen = this.#seen.get(bucket) ?? new Set();
    try {
      return [bucket, await repairForwards(this.#link, bucket, seen)];
    } catch (error) {
      this.#onError(error);
      return [bucket, seen];
    }
  }
}
