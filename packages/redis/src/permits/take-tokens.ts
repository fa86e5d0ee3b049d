import type { RedisConnection } from '../connection/redis-connection.ts';
import { createScript } from '../connection/script.ts';
import source from './take-tokens.lua';

const script = createScript('take', [source]);

/**
 * Takes up to `want` tokens from a rate bucket that all replicas share. Grants fewer or none if it
 * holds fewer. `after` is then the ms until the next token.
 */
export async function takeTokens(
  redis: RedisConnection,
  what: string,
  subject: number | string,
  rate: Rate,
  want = 1,
): Promise<TokenGrant> {
  const reply = await redis.run(script, [redis.keys.rate(what, subject)], [rate.burst, rate.perSecond, want]);
  const [granted, after, left] = reply as [number, number, number];
  return { granted, after, left };
}

export interface Rate {
  /** Tokens added per second. May be a fraction. */
  perSecond: number;
  /** Tokens of the full bucket, at least 1. */
  burst: number;
}

export interface TokenGrant {
  granted: number;
  /** Ms until the next token. 0 if some were granted. */
  after: number;
  /** Tokens that the bucket still holds. */
  left: number;
}
