import { waitFor } from '@parley/stack';
import { expect, it } from 'vitest';
import { onEachRedis } from '../test/each-redis.ts';
import { takeTokens } from './take-tokens.ts';

const rate = { perSecond: 1, burst: 5 };

onEachRedis((redis) => {
  /** Sets a bucket to `ms` before it is full again. */
  const fullIn = (subject: number, ms: number) =>
    redis.connection.client.set(redis.connection.keys.rate('test', subject), (Date.now() + ms).toFixed(3));

  it('takeTokens grants the whole burst, and then nothing until the bucket has the next token', async () => {
    const user = redis.newId();
    for (let i = 0; i < 5; i += 1)
      expect(await takeTokens(redis.connection, 'test', user, rate)).toEqual({ granted: 1, after: 0, left: 4 - i });
    const { granted, after } = await takeTokens(redis.connection, 'test', user, rate);
    expect(granted).toBe(0);
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(1000);
  });

  it('takeTokens grants the available tokens if the caller requests more', async () => {
    const user = redis.newId();
    expect(await takeTokens(redis.connection, 'test', user, rate, 3)).toEqual({ granted: 3, after: 0, left: 2 });
    expect(await takeTokens(redis.connection, 'test', user, rate, 3)).toEqual({ granted: 2, after: 0, left: 0 });
    expect((await takeTokens(redis.connection, 'test', user, rate, 3)).granted).toBe(0);
  });

  it('takeTokens grants nothing if the bucket has fewer tokens than the minimum, and returns when it will have enough', async () => {
    const user = redis.newId();
    await fullIn(user, 2500);
    const refused = await takeTokens(redis.connection, 'test', user, rate, 9, 4);
    expect(refused.granted).toBe(0);
    expect(refused.after).toBeGreaterThan(1000);
    expect(refused.after).toBeLessThanOrEqual(1501);
    expect(await takeTokens(redis.connection, 'test', user, rate, 9, 2)).toEqual({ granted: 2, after: 0, left: 0 });
  });

  it('a token bucket refills by the clock of Redis, up to the burst', async () => {
    const user = redis.newId();
    await fullIn(user, 2500);
    expect((await takeTokens(redis.connection, 'test', user, rate, 9)).granted).toBe(2);
    await fullIn(user, -3_600_000);
    expect((await takeTokens(redis.connection, 'test', user, rate, 9)).granted).toBe(5);
  });

  it('takeTokens returns the ms until the bucket has the next token', async () => {
    const user = redis.newId();
    const name = redis.connection.keys.rate('test', user);
    const full = Date.now() + 4700;
    await redis.connection.client.set(name, full);
    const { granted, after } = await takeTokens(redis.connection, 'test', user, rate);
    expect(granted).toBe(0);
    expect(after).toBeGreaterThan(200);
    expect(after).toBeLessThanOrEqual(700);
    // The same bucket at a later time.
    await redis.connection.client.set(name, full - after);
    expect((await takeTokens(redis.connection, 'test', user, rate)).granted).toBe(1);
  });

  it('takeTokens supports rates from one token per hour to many tokens per ms', async () => {
    const [slow, fast] = [redis.newId(), redis.newId()];
    const hourly = { perSecond: 1 / 3600, burst: 1 };
    expect((await takeTokens(redis.connection, 'test', slow, hourly)).granted).toBe(1);
    const { granted, after } = await takeTokens(redis.connection, 'test', slow, hourly);
    expect(granted).toBe(0);
    expect(after).toBeGreaterThan(3_590_000);
    expect(after).toBeLessThanOrEqual(3_600_000);
    expect((await takeTokens(redis.connection, 'test', fast, { perSecond: 1e5, burst: 1e5 }, 1e6)).granted).toBe(1e5);
  });

  it('takeTokens grants concurrent callers no more tokens than the bucket has', async () => {
    const user = redis.newId();
    const connections = [redis.connection, await redis.open()];
    const slow = { perSecond: 1e-3, burst: 50 };
    const grants = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        takeTokens(connections[i % 2] ?? redis.connection, 'test', user, slow, 1 + (i % 3)),
      ),
    );
    expect(grants.reduce((sum, { granted }) => sum + granted, 0)).toBe(50);
  });

  it('a token bucket whose level is below zero, after a clock step or a lowered burst, counts as empty', async () => {
    const user = redis.newId();
    await fullIn(user, 86_400_000);
    const { granted, after } = await takeTokens(redis.connection, 'test', user, rate);
    expect(granted).toBe(0);
    expect(after).toBeLessThanOrEqual(1000);
  });

  it('a token bucket refills from the first request on, even if the clock has stepped back by a day', async () => {
    const user = redis.newId();
    await fullIn(user, 86_400_000);
    const fast = { perSecond: 100, burst: 5 };
    expect((await takeTokens(redis.connection, 'test', user, fast)).granted).toBe(0);
    await waitFor(async () => (await takeTokens(redis.connection, 'test', user, fast)).granted === 1);
  });

  it('the key of a token bucket expires when the bucket is full', async () => {
    const user = redis.newId();
    await takeTokens(redis.connection, 'test', user, rate, 5);
    const ttl = await redis.connection.client.pttl(redis.connection.keys.rate('test', user));
    expect(ttl).toBeGreaterThan(4000);
    expect(ttl).toBeLessThanOrEqual(5001);
  });

  it('takeTokens has a separate bucket for each subject and kind, including string subjects', async () => {
    const user = redis.newId();
    const one = { perSecond: 1e-3, burst: 1 };
    const subjects: [string, number | string][] = [
      ['send', user],
      ['typing', user],
      ['send', user + 64],
      ['send', `198.51.100.${user}`],
      ['send', `2001:db8::${user}`],
      ['send', `{x}${user}`],
    ];
    for (const [what, subject] of subjects) {
      expect((await takeTokens(redis.connection, what, subject, one)).granted).toBe(1);
      expect((await takeTokens(redis.connection, what, subject, one)).granted).toBe(0);
    }
  });
});
