import { getConnInfo } from '@hono/node-server/conninfo';
import { takeTokens } from '@parley/redis';
import type { Context, MiddlewareHandler } from 'hono';
import type { AppContext, OpenEnv } from '../app-context.ts';
import { clientAddress } from './address.ts';
import { type RateLimit, Refusal } from './refusal.ts';

/**
 * Counts one request of a subject, such as a user, across all replicas. The token bucket holds the
 * requests of one minute and refills evenly.
 *
 * @param cost number of tokens to use. A cost above the size of the bucket requires a full bucket.
 * Default: 1
 * @throws Refusal `too-many` when the bucket has too few tokens
 * @throws Error when Redis is unavailable, so that operations with their own limit are rejected
 * then
 */
export async function limitRate(
  { redis }: Pick<AppContext, 'redis'>,
  what: string,
  subject: string | number,
  perMinute: number,
  burst = perMinute,
  cost = 1,
): Promise<RateLimit> {
  const perSecond = perMinute / 60;
  const tokens = Math.min(cost, burst);
  const { granted, after, left } = await takeTokens(redis, what, subject, { perSecond, burst }, tokens, tokens);
  if (granted > 0) return { limit: burst, remaining: left, reset: Math.ceil((burst - left) / perSecond) };
  const retryAfter = Math.max(1, Math.ceil(after / 1000));
  throw new Refusal('too-many', undefined, { retryAfter, rateLimit: { limit: burst, remaining: 0, reset: 60 } });
}

/**
 * Counts a request towards the general rate limit of a subject, and sets the `RateLimit-*` headers.
 * While Redis is unavailable, requests are not limited.
 */
export async function limitRequests<E extends OpenEnv>(
  c: Context<E>,
  who: 'address' | 'user' | 'key',
  subject: string | number,
): Promise<void> {
  const { context } = c.var;
  try {
    c.set('rateLimit', await limitRate(context, `requests-${who}`, subject, context.config.requestsPerMinute[who]));
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
}

/** Limits the requests of one address, whatever users send them. */
export const limitAddress: MiddlewareHandler<OpenEnv> = async (c, next) => {
  await limitRequests(c, 'address', addressOf(c));
  await next();
};

/**
 * Adds the `RateLimit-*` headers to the response. They describe the limit that the request counted
 * towards last: the limit of the user or API key if there is one, else the limit of the address.
 */
export const rateLimitHeaders: MiddlewareHandler<OpenEnv> = async (c, next) => {
  await next();
  const { rateLimit } = c.var;
  if (rateLimit === undefined || c.res.headers.has('ratelimit-limit')) return;
  for (const [name, value] of Object.entries(toHeaders(rateLimit))) c.res.headers.set(name, value);
};

export function toHeaders({ limit, remaining, reset }: RateLimit): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(reset),
  };
}

/** Returns the client address whose rate limit a request counts towards. */
export function addressOf<E extends OpenEnv>(c: Context<E>): string {
  const { address = 'unknown' } = getConnInfo(c).remote;
  const { trustedProxies, proxyHops } = c.var.context.config;
  return clientAddress(address, c.req.header('x-forwarded-for'), trustedProxies, proxyHops);
}
