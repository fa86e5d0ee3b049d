import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pace } from './pace.ts';

const options = { batch: 1000, wait: 20, maxWait: 200 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Returns the ms that a wait lasts. */
async function msOf(wait: Promise<void>): Promise<number> {
  const start = performance.now();
  let end: number | undefined;
  void wait.then(() => {
    end = performance.now();
  });
  while (end === undefined) await vi.advanceTimersByTimeAsync(1);
  return end - start;
}

describe('the pace of the recorder', () => {
  it.each([
    ['the maximum at a low rate', { entries: 1, elapsed: 200, ms: 200 }],
    ['until a batch is full at a higher rate', { entries: 100, elapsed: 50, ms: 100 }],
    ['the minimum at a high rate', { entries: 900, elapsed: 20, ms: 20 }],
    ['not at all after a full read', { entries: 1000, elapsed: 20, ms: 0 }],
  ])('the recorder waits %s', async (_, { entries, elapsed, ms }) => {
    const pace = new Pace(options);
    pace.begin();
    await vi.advanceTimersByTimeAsync(elapsed);
    pace.begin();
    expect(await msOf(pace.wait(entries))).toBe(ms);
  });

  it('Pace ends its wait when a record is requested, but not before the minimum time', async () => {
    const pace = new Pace(options);
    pace.begin();
    const ms = msOf(pace.wait(1));
    await vi.advanceTimersByTimeAsync(50);
    pace.hurry();
    expect(await ms).toBeLessThan(60);

    expect(pace.begin()).toBe(true);
    pace.hurry();
    expect(await msOf(pace.wait(1))).toBe(20);
    expect([pace.begin(), pace.begin()]).toEqual([true, false]);
  });
});
