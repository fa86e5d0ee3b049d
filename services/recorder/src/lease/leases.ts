import { randomUUID } from 'node:crypto';
import { createScript, type RedisConnection } from '@parley/redis';
import announceSource from './announce.lua';
import { Lease } from './lease.ts';
import renewSource from './renew.lua';

const announceScript = createScript('announce-recorder', [announceSource]);
const renewScript = createScript('renew-lease', [renewSource]);

/**
 * The buckets this recorder may write, shared fairly between the recorders that live.
 *
 * Each turn it announces itself, renews what it holds, takes free buckets up to its share (buckets / recorders, rounded
 * up), and gives back what is above it. A recorder that dies loses its leases `duration` ms after it last renewed them.
 */
export class Leases {
  readonly #link: RedisConnection;
  readonly #options: LeasesOptions;
  readonly #name = randomUUID();
  readonly #held = new Map<number, Lease>();
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;
  #lastTurn = Number.NEGATIVE_INFINITY;

  constructor(link: RedisConnection, options: LeasesOptions) {
    this.#link = link;
    this.#options = options;
  }

  /** Those that hold now. */
  held(): Lease[] {
    return [...this.#held.values()].filter((lease) => lease.held);
  }

  /** Whether Redis answered the last time, not longer ago than a lease lasts. */
  get healthy(): boolean {
    return performance.now() - this.#lastTurn < this.#options.duration;
  }

  /** Takes the first buckets and goes on in the background. Resolves after the first turn, whether Redis answered or not. */
  async start(): Promise<void> {
    this.#turn = this.#safely();
    await this.#turn;
    const next = async () => {
      this.#turn = this.#safely();
      await this.#turn;
      if (!this.#stopped) this.#timer = setTimeout(next, this.#options.interval);
    };
    if (!this.#stopped) this.#timer = setTimeout(next, this.#options.interval);
  }

  /** Gives all back at once. What was read under them must be written or dropped by now. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
    const { keys } = this.#link;
    const back = [...this.#held.values()].map((lease) => this.#giveBack(lease));
    await Promise.allSettled([...back, this.#link.run(announceScript, [keys.recorders], [this.#name, 0])]);
  }

  async #safely(): Promise<void> {
    try {
      await this.#takeTurn();
      this.#lastTurn = performance.now();
    } catch (error) {
      this.#options.onError(error);
    }
  }

  async #takeTurn(): Promise<void> {
    const { duration } = this.#options;
    const { keys } = this.#link;
    await Promise.all([...this.#held.values()].map((lease) => this.#renew(lease)));
    const living = Number(await this.#link.run(announceScript, [keys.recorders], [this.#name, duration]));
    const share = Math.ceil(keys.buckets / Math.max(1, living));
    const surplus = [...this.#held.values()].slice(share);
    for (const lease of surplus) lease.end();
    if (surplus.length > 0) await this.#options.settle();
    await Promise.all(surplus.map((lease) => this.#giveBack(lease)));
    await this.#takeFree(share);
  }

  async #renew(lease: Lease): Promise<void> {
    const { duration, margin } = this.#options;
    // Counted from before the question, since Redis counts from before the answer.
    const until = performance.now() + duration - margin;
    const renewed = lease.held && (await this.#run(lease, duration));
    if (renewed) lease.extend(until);
    else this.#lose(lease);
  }

  async #takeFree(share: number): Promise<void> {
    const { keys } = this.#link;
    // Each begins elsewhere, so that recorders that start at once do not all ask for the same.
    const first = Math.floor(Math.random() * keys.buckets);
    const candidates = Array.from({ length: keys.buckets }, (_, index) => (first + index) % keys.buckets);
    const free = candidates.filter((bucket) => !this.#held.has(bucket));
    while (!this.#stopped && this.#held.size < share && free.length > 0) {
      await Promise.all(free.splice(0, share - this.#held.size).map((bucket) => this.#take(bucket)));
    }
  }

  async #take(bucket: number): Promise<void> {
    const { duration, margin } = this.#options;
    const until = performance.now() + duration - margin;
    const taken = await this.#link.client.set(this.#link.keys.lease(bucket), this.#name, 'PX', duration, 'NX');
    if (taken === 'OK') this.#held.set(bucket, new Lease(bucket, until));
  }

  async #giveBack(lease: Lease): Promise<void> {
    this.#lose(lease);
    await this.#run(lease, 0);
  }

  async #run(lease: Lease, duration: number): Promise<boolean> {
    const key = this.#link.keys.lease(lease.bucket);
    return (await this.#link.run(renewScript, [key], [this.#name, duration])) === 1;
  }

  #lose(lease: Lease): void {
    lease.end();
    if (this.#held.get(lease.bucket) === lease) this.#held.delete(lease.bucket);
  }
}

export interface LeasesOptions {
  /** Ms a lease lasts. */
  duration: number;
  /** Ms before its end from which the holder does not trust it any more. */
  margin: number;
  /** Ms between turns. */
  interval: number;
  /** Waits until nothing is being written under leases that ended; they are given back then. */
  settle: () => Promise<void>;
  onError: (error: unknown) => void;
}
