import { randomUUID } from 'node:crypto';
import { Lease } from './lease.ts';
import type { LeaseStore } from './lease-store.ts';

/**
 * Time to live of a lease's key, as a multiple of the lease duration. Only recorders of versions
 * before 0.1 rely on the expiry.
 */
const TTL_FACTOR = 4;

/**
 * Manages the leases of this recorder. The live recorders share all buckets evenly.
 *
 * In each turn, the recorder stores its heartbeat, renews its leases, releases leases above its
 * share (buckets / recorders, rounded up), and acquires free leases up to its share. A lease counts
 * as free if its value has not changed for `duration - margin`, measured with the monotonic clock
 * of this process. Changing the clock of Redis neither extends nor ends a lease, because it is not
 * used.
 */
export class Leases {
  readonly #store: LeaseStore;
  readonly #options: LeasesOptions;
  readonly #name = randomUUID();
  readonly #held = new Map<number, Lease>();
  readonly #observed = new Map<number, Observation>();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #turns = 0;
  #stopped = false;
  #lastTurn = Number.NEGATIVE_INFINITY;

  constructor(store: LeaseStore, options: LeasesOptions) {
    this.#store = store;
    this.#options = options;
  }

  /** Returns the leases that are valid now. */
  held(): Lease[] {
    return [...this.#held.values()].filter((lease) => lease.held);
  }

  /** True if a turn has succeeded within the last lease duration. */
  get healthy(): boolean {
    return performance.now() - this.#lastTurn < this.#options.duration;
  }

  /**
   * Runs the first turn, which acquires leases, and continues in the background. Resolves after the
   * first turn, whether it succeeded or not.
   */
  async start(): Promise<void> {
    this.#turn = this.#tryTurn();
    await this.#turn;
    const next = async () => {
      this.#turn = this.#tryTurn();
      await this.#turn;
      if (!this.#stopped) this.#timer = setTimeout(next, this.#options.interval);
    };
    if (!this.#stopped) this.#timer = setTimeout(next, this.#options.interval);
  }

  /**
   * Stops the turns and releases all leases. Call it after the last batch under them was written.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
    const released = [...this.#held.values()].map((lease) => this.#release(lease));
    await Promise.allSettled([...released, this.#store.announce(this.#name, 0)]);
  }

  async #tryTurn(): Promise<void> {
    try {
      await this.#runTurn();
      this.#lastTurn = performance.now();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #runTurn(): Promise<void> {
    this.#turns += 1;
    // Forgets the observed values, because after a pause of Redis or of this process, an unchanged
    // value does not prove that the holder stopped.
    if (!this.healthy) this.#observed.clear();
    await this.#renew([...this.#held.values()]);
    const live = await this.#store.announce(this.#name, this.#trust);
    const share = Math.ceil(this.#store.buckets / Math.max(1, live));
    const surplus = [...this.#held.values()].slice(share);
    for (const lease of surplus) lease.end();
    if (surplus.length > 0) await this.#options.settle();
    await Promise.all(surplus.map((lease) => this.#release(lease)));
    await this.#observe();
    await this.#acquireFree(share);
  }

  async #renew(leases: Lease[]): Promise<void> {
    const held = leases.filter((lease) => lease.held);
    for (const lease of leases) if (!lease.held) this.#lose(lease);
    // Reads the time before sending the command, because other recorders can see the new value only
    // after that.
    const until = performance.now() + this.#trust;
    const buckets = held.map(({ bucket }) => bucket);
    const renewed = await this.#store.renew(buckets, this.#name, this.#value, this.#ttl);
    for (const [i, lease] of held.entries()) {
      if (renewed[i]) lease.extend(until);
      else this.#lose(lease);
    }
  }

  async #observe(): Promise<void> {
    const now = performance.now();
    for (const [bucket, value] of (await this.#store.read()).entries()) {
      if (this.#observed.get(bucket)?.value !== value) this.#observed.set(bucket, { value, since: now });
    }
  }

  async #acquireFree(share: number): Promise<void> {
    const { buckets } = this.#store;
    // Begins at a random bucket, so that recorders that start at the same time try different
    // buckets.
    const first = Math.floor(Math.random() * buckets);
    const candidates = Array.from({ length: buckets }, (_, index) => (first + index) % buckets);
    const free = candidates.filter((bucket) => !this.#held.has(bucket) && this.#isFree(bucket));
    while (!this.#stopped && this.#held.size < share && free.length > 0) {
      await Promise.all(free.splice(0, share - this.#held.size).map((bucket) => this.#acquire(bucket)));
    }
  }

  #isFree(bucket: number): boolean {
    const observed = this.#observed.get(bucket);
    if (observed === undefined) return false;
    return observed.value === null || performance.now() - observed.since >= this.#trust;
  }

  async #acquire(bucket: number): Promise<void> {
    const until = performance.now() + this.#trust;
    const expected = this.#observed.get(bucket)?.value ?? null;
    const acquired = await this.#store.acquire(bucket, this.#value, expected, this.#ttl);
    if (acquired) this.#held.set(bucket, new Lease(bucket, until));
  }

  async #release(lease: Lease): Promise<void> {
    this.#lose(lease);
    await this.#store.release(lease.bucket, this.#name);
  }

  #lose(lease: Lease): void {
    lease.end();
    if (this.#held.get(lease.bucket) === lease) this.#held.delete(lease.bucket);
  }

  get #value(): string {
    return `${this.#name}:${this.#turns}`;
  }

  /** Ms after a renewal for which the holder relies on its lease. */
  get #trust(): number {
    return this.#options.duration - this.#options.margin;
  }

  get #ttl(): number {
    return this.#options.duration * TTL_FACTOR;
  }
}

export interface LeasesOptions {
  /** Ms from a renewal to the end of a lease. */
  duration: number;
  /** Ms before the end of a lease at which its holder stops relying on it. */
  margin: number;
  /** Ms between turns. */
  interval: number;
  /** Resolves when no batch is in flight. Leases above the share are released after that. */
  settle: () => Promise<void>;
  onError: (error: unknown) => void;
}

/**
 * The observed value of a lease, and the time since which it has not changed, as a value of
 * `performance.now()`.
 */
interface Observation {
  value: string | null;
  since: number;
}
