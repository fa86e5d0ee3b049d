import { beforeEach, describe, expect, it } from 'vitest';
import { Budget, type RateName } from './budget.ts';
import type { RateLimit } from './token-bucket.ts';
import { RateExceeded, UserRates } from './user-rates.ts';

/** Stands for the token buckets in Redis, but never refills them. */
class FakeBuckets {
  readonly left = new Map<string, number>();
  calls = 0;

  readonly acquire = async (name: RateName, user: number, { burst }: RateLimit, want: number, least: number) => {
    this.calls += 1;
    const key = `${name} ${user}`;
    const left = this.left.get(key) ?? burst;
    const granted = left < least ? 0 : Math.min(left, want);
    this.left.set(key, left - granted);
    return { granted, after: granted === 0 ? 1234 : 0 };
  };
}

const count = { perSecond: 1, burst: 100 };
const limits = {
  ...{ send: count, mutation: count, mark: count, typing: count, lookup: { perSecond: 1, burst: 3 } },
  bytes: { perSecond: 1, burst: 100_000 },
};

let buckets: FakeBuckets;
let rates: UserRates;
let user: { id: number; budget: Budget; isVisitor: boolean };
beforeEach(() => {
  buckets = new FakeBuckets();
  rates = new UserRates(limits, buckets.acquire);
  user = { id: 7, budget: new Budget(), isVisitor: false };
});

const exceeded = (retryAfter: number) => expect.objectContaining({ retryAfter });

describe('UserRates', () => {
  it('the gateway acquires rate-limit tokens for several commands at a time', async () => {
    for (let i = 0; i < 10; i += 1) await rates.charge(user, 'send', 100);
    expect(buckets.calls).toBe(2);
  });

  it('the gateway rejects a command when its user has sent too many, and returns the time to retry', async () => {
    for (let i = 0; i < 3; i += 1) await rates.charge(user, 'lookup');
    await expect(rates.charge(user, 'lookup')).rejects.toEqual(exceeded(1234));
    await expect(rates.charge(user, 'lookup')).rejects.toBeInstanceOf(RateExceeded);
  });

  it('the gateway rejects a command when its user has written too many bytes, and still admits a smaller command', async () => {
    await rates.charge(user, 'send', 90_000);
    await expect(rates.charge(user, 'mutation', 20_000)).rejects.toEqual(exceeded(1234));
    await rates.charge(user, 'mutation', 1000);
  });

  it('the gateway admits a command larger than the burst when the bucket is full, and rejects the next command', async () => {
    await rates.charge(user, 'send', 1_000_000);
    await expect(rates.charge(user, 'send', 1000)).rejects.toEqual(exceeded(1234));
  });

  it('two gateways share the rate limits of a user', async () => {
    const elsewhere = { id: 7, budget: new Budget(), isVisitor: false };
    for (let i = 0; i < 50; i += 1) await rates.charge(user, 'send');
    for (let i = 0; i < 50; i += 1) await rates.charge(elsewhere, 'send');
    await expect(rates.charge(user, 'send')).rejects.toEqual(exceeded(1234));
  });

  it('the gateway acquires no more tokens than one command needs for a user without a connection', async () => {
    await rates.charge({ ...user, isVisitor: true }, 'send', 100);
    expect([buckets.left.get('send 7'), buckets.left.get('bytes 7')]).toEqual([99, 99_900]);
  });

  it('the gateway charges each concurrent command once', async () => {
    const acts = Array.from({ length: 120 }, () => rates.charge(user, 'send'));
    const results = await Promise.allSettled(acts);
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBe(100);
  });
});

describe('Budget', () => {
  const localRates = {
    frames: { perSecond: 2, burst: 4 },
    frameBytes: { perSecond: 100, burst: 200 },
    readBytes: { perSecond: 100, burst: 200 },
  };

  it('the gateway acquires tokens for all waiting commands at once, and rejects the commands beyond the limit together', async () => {
    const all = await Promise.allSettled(Array.from({ length: 100 }, () => rates.charge(user, 'lookup')));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(buckets.calls).toBeLessThanOrEqual(4);
  });

  it('the frame budget of a user refills with time, up to the burst', () => {
    const budget = new Budget();
    const taken = (now: number) => {
      let frames = 0;
      while (budget.takeFrame(1, 0, now, localRates)) frames += 1;
      return frames;
    };
    expect([taken(1), taken(2), taken(1000)]).toEqual([4, 2, 4]);
  });

  it('the budget of a user rejects a frame with too many bytes, and charges nothing for the rejected frame', () => {
    const budget = new Budget();
    expect(budget.takeFrame(1, 150, 1, localRates)).toBe(true);
    expect(budget.takeFrame(1, 150, 1, localRates)).toBe(false);
    expect(budget.takeFrame(1, 50, 1, localRates)).toBe(true);
  });
});
