import { isRevoked } from '@parley/redis';
import { verifyToken } from '@parley/service';
import type { MiddlewareHandler } from 'hono';
import type { CallerEnv, Parts } from '../parts.ts';
import { isSessionLive } from '../queries/sessions.ts';
import { limitRequests } from './limit-rate.ts';
import { Refusal } from './refusal.ts';

/** Lets pass who brings a valid access token of a session that goes on, as `c.var.caller`; refuses others with 401. */
export const authenticate: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const { parts } = c.var;
  const [, token] = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  if (token === undefined) throw new Refusal('unauthenticated');
  const verified = verifyToken(parts.config.tokens.secret, token);
  if (!verified.ok) throw new Refusal('unauthenticated', `The access token is ${verified.reason}.`);
  const { user, session } = verified;
  const [ended] = await Promise.all([isEnded(parts, user, session), limitRequests(parts, 'user', user)]);
  if (ended) throw new Refusal('unauthenticated', 'This session has ended.');
  c.set('caller', { user, session });
  await next();
};

/** Redis knows it at once; while Redis is away, PostgreSQL does. */
async function isEnded({ link, db }: Parts, user: number, session: string): Promise<boolean> {
  try {
    return await isRevoked(link, user, session);
  } catch {
    return !(await isSessionLive(db, user, session));
  }
}
