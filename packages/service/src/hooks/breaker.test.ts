import { expect, it } from 'vitest';
import { Breaker } from './breaker.ts';

it("an open circuit breaker admits one trial request after a pause, and the request's result closes or reopens it", () => {
  let now = 0;
  const breaker = new Breaker({ failures: 2, rest: 100, now: () => now });
  expect([breaker.failed(), breaker.admit()]).toEqual([false, true]);
  expect([breaker.failed(), breaker.admit(), breaker.wait]).toEqual([true, false, 100]);
  now = 100;
  expect([breaker.admit(), breaker.admit()]).toEqual([true, false]);
  expect([breaker.failed(), breaker.admit(), breaker.wait]).toEqual([false, false, 100]);
  now = 200;
  expect(breaker.admit()).toBe(true);
  expect([breaker.succeeded(), breaker.admit(), breaker.admit()]).toEqual([true, true, true]);
});

it('the circuit breaker opens only after consecutive failures', () => {
  const breaker = new Breaker({ failures: 2, rest: 100 });
  breaker.failed();
  expect(breaker.succeeded()).toBe(false);
  breaker.failed();
  expect(breaker.open).toBe(false);
});
