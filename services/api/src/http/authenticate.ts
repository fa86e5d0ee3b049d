import { isRevoked } from '@parley/redis';
import type { Bearer } from '@parley/service';
import type { MiddlewareHandler } from 'hono';
import type { AppContext, CallerEnv } from '../app-context.ts';
import { findActive } from '../queries/server-users.ts';
import { isSessionLive } from '../queries/sessions.ts';
import { limitRequests } from './limit-rate.ts';
import { Refusal } from './refusal.ts';

/**
 * Requires a valid access token of an active session and sets `c.var.caller`. Refuses all other
 * requests with 401.
 */
export const authenticate: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const { context } = c.var;
  const [, token] = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
  if (token === undefined) throw new Refusal('unauthenticated');
  const verified = context.tokens.verify(token);
  if (!verified.ok) throw new Refusal('unauthenticated', `The access token is ${verified.reason}.`);
  const { bearer, session } = verified;
  const foreign = !('user' in bearer);
  const user = foreign ? await findBearer(context, bearer) : bearer.user;
  const [ended] = await Promise.all([isEnded(context, user, session, foreign), limitRequests(c, 'user', user)]);
  if (ended) throw new Refusal('unauthenticated', 'This session has ended.');
  c.set('caller', foreign ? { user, session, foreign } : { user, session });
  c.set('context', { ...context, actor: user });
  await next();
};

async function findBearer({ db }: AppContext, bearer: Exclude<Bearer, { user: number }>): Promise<number> {
  const user = await findActive(db, 'foreign' in bearer ? bearer.foreign : bearer.external);
  if (user === undefined) throw new Refusal('unauthenticated', 'This user does not exist on this server.');
  return user;
}

/**
 * Returns whether a session has ended. Redis lists ended sessions; while Redis is down, PostgreSQL
 * is queried. Sessions of other issuers are not in PostgreSQL and end when their tokens expire.
 */
async function isEnded({ redis, db }: AppContext, user: number, session: string, foreign: boolean): Promise<boolean> {
  try {
    return await isRevoked(redis, user, session);
  } catch {
    return !foreign && !(await isSessionLive(db, user, session));
  }
}
