import { getConnInfo } from '@hono/node-server/conninfo';
import { takeTokens } from '@parley/redis';
import type { Context, MiddlewareHandler } from 'hono';
import type { AppContext, OpenEnv } from '../app-context.ts';
import { clientAddress } from './address.ts';
import { Refusal } from './refusal.ts';

/**
 * Counts one request of a subject, over all replicas. Refuses with 429 when there were more than `perMinute`, whose bucket holds a
 * minute's worth. Throws when Redis is away: what needs a limit is not done without.
 */
export async function limitRate(
  { redis }: AppContext,
  what: string,
  subject: string | number,
  perMinute: number,
): Promise<void> {
  const { granted, after } = await takeTokens(redis, what, subject, { perSecond: perMinute / 60, burst: perMinute });
  if (granted > 0) return;
  throw new Refusal('too-many', undefined, { retryAfter: Math.max(1, Math.ceil(after / 1000)) });
}

/** The same for what costs little: it goes on while Redis is away. */
export async function limitRequests(
  context: AppContext,
  who: 'address' | 'user' | 'key',
  subject: string | number,
): Promise<void> {
  try {
    await limitRate(context, `requests-${who}`, subject, context.config.requestsPerMinute[who]);
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
}

/** Limits the requests of one address, whoever it stands for. */
export function limitAddress(context: AppContext): MiddlewareHandler<OpenEnv> {
  return async (c, next) => {
    await limitRequests(context, 'address', addressOf(c));
    await next();
  };
}

/** The address that a request counts for. */
export function addressOf(c: Context<OpenEnv>): string {
  const { address = 'unknown' } = getConnInfo(c).remote;
  return clientAddress(address, c.req.header('x-forwarded-for'), c.var.context.config.trustedProxies);
}
