import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoff } from './backoff.ts';

describe('backoff', () => {
  it('the backoff doubles with each failure up to the maximum, and is reduced by a random 0 to 50 %', () => {
    const spans = fc.record({ first: fc.integer({ min: 1, max: 5000 }), most: fc.integer({ min: 5000, max: 60_000 }) });
    fc.assert(
      fc.property(fc.nat(2000), spans, (failures, { first, most }) => {
        const whole = Math.min(most, first * 2 ** failures);
        const wait = backoff(failures, { first, most });
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      }),
    );
  });

  it('the backoff spreads the reconnects of clients that lost their connections at the same time', () => {
    const waits = new Set(
      Array.from({ length: 100 }, () => Math.floor(backoff(10, { first: 500, most: 30_000 }) / 1000)),
    );
    expect(waits.size).toBeGreaterThan(8);
  });
});
