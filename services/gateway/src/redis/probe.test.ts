import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Probe, type ProbeChannels } from './probe.ts';

/** Delivers published messages, except those of broken hash buckets. */
class FakeChannels implements ProbeChannels {
  readonly broken = new Set<number>();
  readonly #listeners = new Map<number, { receive(data: Buffer): void }>();

  async subscribe(bucket: number, listener: { receive(data: Buffer): void }): Promise<void> {
    this.#listeners.set(bucket, listener);
  }
  async publish(bucket: number, text: string): Promise<void> {
    if (!this.broken.has(bucket)) this.deliver(bucket, text);
  }
  deliver(bucket: number, text: string): void {
    this.#listeners.get(bucket)?.receive(Buffer.from(text));
  }
}

let channels: FakeChannels;
let silent: number[][];
let probe: Probe;
beforeEach(() => {
  vi.useFakeTimers();
  channels = new FakeChannels();
  silent = [];
  probe = new Probe(channels, {
    buckets: [0, 1],
    interval: 1000,
    passed: () => {},
    silent: (buckets) => silent.push(buckets),
  });
});
afterEach(() => {
  probe.stop();
  vi.useRealTimers();
});

describe('Probe', () => {
  it('the probe is healthy once it has received a message from every hash bucket of Redis', async () => {
    channels.broken.add(1);
    let started = false;
    probe.start().then(() => {
      started = true;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect([started, probe.healthy, silent]).toEqual([false, false, []]);
    channels.broken.clear();
    await vi.advanceTimersByTimeAsync(1000);
    expect([started, probe.healthy]).toEqual([true, true]);
  });

  it('the probe reports a silent hash bucket after three intervals without a message, and again after three more', async () => {
    await probe.start();
    channels.broken.add(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect([probe.healthy, silent]).toEqual([true, []]);
    await vi.advanceTimersByTimeAsync(1000);
    expect([probe.healthy, silent]).toEqual([false, [[1]]]);
    await vi.advanceTimersByTimeAsync(3000);
    expect(silent).toEqual([[1], [1]]);
    channels.broken.clear();
    await vi.advanceTimersByTimeAsync(1000);
    expect(probe.healthy).toBe(true);
  });

  it('the probe does not count a delayed message as a sign of health', async () => {
    await probe.start();
    const sent = String(Date.now());
    channels.broken.add(1);
    await vi.advanceTimersByTimeAsync(5000);
    channels.deliver(1, sent);
    expect(probe.healthy).toBe(false);
  });
});
