import { expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const limit = { perSecond: 2, burst: 10 };

it('a new token bucket is full', () => {
  const bucket = new TokenBucket();
  expect(bucket.refill(5, limit)).toBe(10);
  expect(bucket.secondsUntil(10, limit)).toBe(0);
});

it('a token bucket regains its tokens with time, up to the burst', () => {
  const bucket = new TokenBucket();
  bucket.refill(1, limit);
  bucket.take(10);
  expect(bucket.refill(3, limit)).toBe(4);
  expect(bucket.refill(100, limit)).toBe(10);
});

it('the number of tokens becomes negative if more tokens are taken than the token bucket holds', () => {
  const bucket = new TokenBucket();
  bucket.refill(1, limit);
  bucket.take(16);
  expect(bucket.refill(1, limit)).toBe(-6);
  expect(bucket.secondsUntil(0, limit)).toBe(3);
  expect(bucket.refill(5, limit)).toBe(2);
});
