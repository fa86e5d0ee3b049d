import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LeaseStore } from './lease-store.ts';
import { Leases, type LeasesOptions } from './leases.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('leases', () => {
  it('recorders share the leases evenly, and when one of them stops, the others acquire its leases', async () => {
    const store = new MemoryStore(8);
    const first = await started(store);
    expect(first.held()).toHaveLength(8);
    const second = await started(store);
    await vi.advanceTimersByTimeAsync(2000);
    expect([first.held().length, second.held().length]).toEqual([4, 4]);
    await second.stop();
    await vi.advanceTimersByTimeAsync(1000);
    expect(first.held()).toHaveLength(8);
    await first.stop();
    expect(store.values.every((value) => value === null)).toBe(true);
  });

  it('another recorder acquires the leases of a dead recorder within 10 s, although no key expires', async () => {
    const store = new MemoryStore(4);
    const dead = await started(store);
    dead.die();
    const next = await started(store);
    expect(next.held()).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(next.held()).toHaveLength(4);
    await next.stop();
  });

  it('a recorder never acquires the leases of a live recorder', async () => {
    const store = new MemoryStore(4);
    store.live = () => 1;
    const first = await started(store);
    const second = await started(store);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([first.held().length, second.held().length]).toEqual([4, 0]);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('while Redis is down, leases end by the local clock, and other recorders do not acquire them at once when Redis is back', async () => {
    const store = new MemoryStore(4);
    store.live = () => 1;
    const first = await started(store);
    const second = await started(store);
    store.unavailable = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(first.held()).toHaveLength(0);
    expect(first.healthy).toBe(false);
    store.unavailable = false;
    await vi.advanceTimersByTimeAsync(1000);
    expect(second.held()).toHaveLength(0);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('a recorder releases leases above its share only after the batch in flight', async () => {
    const store = new MemoryStore(2);
    let settle = () => {};
    const first = await started(store, { settle: () => new Promise((resolve) => (settle = resolve)) });
    const second = await started(store);
    await vi.advanceTimersByTimeAsync(3000);
    expect([first.held().length, second.held().length]).toEqual([1, 0]);
    settle();
    await vi.advanceTimersByTimeAsync(2000);
    expect([first.held().length, second.held().length]).toEqual([1, 1]);
    await Promise.all([first.stop(), second.stop()]);
  });
});

type Started = Leases & { die(): void };

async function started(store: MemoryStore, more: Partial<LeasesOptions> = {}): Promise<Started> {
  let dead = false;
  const own: LeaseStore = new Proxy(store, {
    get: (target, name: keyof LeaseStore) => {
      const value = target[name];
      if (typeof value !== 'function') return value;
      return dead ? () => Promise.reject(new Error('dead')) : value.bind(target);
    },
  });
  const options = { duration: 8000, margin: 1000, interval: 1000, settle: async () => {}, onError: () => {} };
  const leases = new Leases(own, { ...options, ...more });
  await leases.start();
  return Object.assign(leases, {
    die: () => {
      dead = true;
      store.recorders.clear();
    },
  });
}

/** A lease store in memory whose keys never expire, as if Redis' clock had been set back. */
class MemoryStore implements LeaseStore {
  readonly buckets: number;
  readonly values: (string | null)[];
  readonly recorders = new Set<string>();
  live = () => this.recorders.size;
  unavailable = false;

  constructor(buckets: number) {
    this.buckets = buckets;
    this.values = Array.from({ length: buckets }, () => null);
  }

  async read() {
    this.#check();
    return [...this.values];
  }

  async acquire(bucket: number, value: string, expected: string | null) {
    this.#check();
    if (this.values[bucket] !== null && this.values[bucket] !== expected) return false;
    this.values[bucket] = value;
    return true;
  }

  async renew(buckets: readonly number[], holder: string, value: string) {
    this.#check();
    return buckets.map((bucket) => {
      if (!this.values[bucket]?.startsWith(`${holder}:`)) return false;
      this.values[bucket] = value;
      return true;
    });
  }

  async release(bucket: number, holder: string) {
    if (this.values[bucket]?.startsWith(`${holder}:`)) this.values[bucket] = null;
  }

  async announce(recorder: string, silence: number) {
    this.#check();
    if (silence === 0) this.recorders.delete(recorder);
    else this.recorders.add(recorder);
    return this.live();
  }

  #check(): void {
    if (this.unavailable) throw new Error('unavailable');
  }
}
