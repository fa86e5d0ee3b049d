import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './take-tokens.lua';

const script = createScript('take', [source]);

/**
 * Acquires up to `want` tokens of a token bucket that all replicas share. Grants fewer tokens if
 * the bucket has fewer, and none if it has fewer than `least`.
 */
export async function takeTokens(
  redis: RedisConnection,
  what: string,
  subject: number | string,
  rate: Rate,
  want = 1,
  least = 1,
): Promise<TokenGrant> {
  const reply = await redis.run(script, [redis.keys.rate(what, subject)], [rate.burst, rate.perSecond, want, least]);
  const [granted, after, left] = reply as [number, number, number];
  return { granted, after, left };
}

export interface Rate {
  /** Number of tokens added per second. Can be a fraction. */
  perSecond: number;
  /** Number of tokens in a full bucket, at least 1. */
  burst: number;
}

export interface TokenGrant {
  granted: number;
  /** Ms until `least` tokens can be granted. 0 if some were granted. */
  after: number;
  /** Number of tokens that the bucket still has. */
  left: number;
}
