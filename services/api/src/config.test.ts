import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const least = { DATABASE_URL: 'postgres://localhost/parley' };

describe('readConfig', () => {
  it('the configuration requires only the database URL and has safe defaults', () => {
    expect(readConfig(least)).toMatchObject({
      redis: { url: 'redis://127.0.0.1:6379', buckets: 64, inboxTtl: 2_592_000 },
      tokens: { access: 900_000, refresh: 2_592_000_000 },
      argon2: { memory: 19 * 1024 * 1024, time: 2, parallelism: 1 },
      origins: [],
      cookieSecure: false,
    });
  });

  it('in production, the configuration requires a secret and restricts cookies to HTTPS', () => {
    expect(() => readConfig({ ...least, NODE_ENV: 'production' })).toThrow(/TOKEN_SECRET is required/);
    const TOKEN_SECRET = 'x'.repeat(40);
    expect(readConfig({ ...least, NODE_ENV: 'production', TOKEN_SECRET }).cookieSecure).toBe(true);
  });

  it('REDIS_URL accepts a list of Redis Cluster nodes', () => {
    const REDIS_URL = 'redis://a:7000,redis://b:7000';
    expect(readConfig({ ...least, REDIS_URL }).redis.url).toBe(REDIS_URL);
  });

  it('the configuration error lists every invalid variable', () => {
    expect(() => readConfig({ PORT: 'x', REDIS_URL: 'http://a', HISTORY: 'both' })).toThrow(
      /PORT.*DATABASE_URL.*REDIS_URL.*HISTORY/s,
    );
  });

  it("MAX_CUSTOM defaults to 4 KiB and cannot exceed the protocol's limit", () => {
    expect(readConfig(least).limits.custom).toBe(4096);
    expect(readConfig({ ...least, MAX_CUSTOM: '0B' }).limits.custom).toBe(0);
    expect(readConfig({ ...least, MAX_CUSTOM: '16KiB' }).limits.custom).toBe(16_384);
    expect(() => readConfig({ ...least, MAX_CUSTOM: '17KiB' })).toThrow(/MAX_CUSTOM/);
  });
});
