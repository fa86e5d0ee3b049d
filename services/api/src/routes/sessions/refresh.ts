import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { audit } from '../../accounts/audit.ts';
import { endOfTokens } from '../../accounts/end-sessions.ts';
import { createRefreshToken, readRefreshToken } from '../../accounts/refresh-token.ts';
import {
  deleteRefreshCookie,
  readSessionCookie,
  sessionAnswer,
  setSessionCookies,
} from '../../accounts/session-answer.ts';
import type { OpenEnv } from '../../app-context.ts';
import { commitAndNotify } from '../../events/commit-and-notify.ts';
import { ensureCopy } from '../../events/ensure-copy.ts';
import { jsonResponse, operation } from '../../http/operation.ts';
import { Refusal } from '../../http/refusal.ts';
import { sessionSchema } from '../../http/schemas.ts';
import { endSession, lockSession, rotateSession } from '../../queries/sessions.ts';
import { getUser } from '../../queries/users.ts';

const schema = z.strictObject({ refreshToken: z.string().max(512).optional() });

/** Returns a new access token and replaces the refresh token. */
export const refresh = operation(
  {
    method: 'post',
    operationId: 'refreshSession',
    path: '/v1/sessions/refresh',
    tags: ['Accounts'],
    summary: 'Refresh a session',
    description:
      'The refresh token comes in the body or, from a browser, as the cookie. Used twice, it ends its session.',
    request: { body: { required: false, content: { 'application/json': { schema } } } },
    responses: { 200: jsonResponse(sessionSchema, 'The session with new tokens') },
    refuses: ['unauthenticated', 'forbidden'],
  },
  async (c) => {
    const { context } = c.var;
    const outcome = await rotate(c, c.req.valid('json').refreshToken ?? tokenOfCookie(c));
    if (outcome === undefined) {
      deleteRefreshCookie(c);
      throw new Refusal('unauthenticated', 'The refresh token is invalid or expired.');
    }
    const user = await getUser(context.db, outcome.user);
    if (user === undefined) throw new Refusal('unauthenticated');
    await ensureCopy(context, user.id);
    const session = sessionAnswer(context.config, user, outcome.session, outcome.token);
    setSessionCookies(c, session);
    return c.json(session, 200);
  },
);

/**
 * Replaces a refresh token. Returns the new token and its session, or undefined if the old token is
 * invalid.
 */
async function rotate(c: Context<OpenEnv>, given: string | undefined): Promise<Rotated | undefined> {
  const { context } = c.var;
  const { tokens } = context.config;
  const old = given === undefined ? undefined : readRefreshToken(tokens.secret, given);
  if (old === undefined) return undefined;
  return await commitAndNotify(context, async (tx, notify) => {
    const now = Date.now();
    const session = await lockSession(tx, old.session);
    if (session === undefined || session.revoked !== null || session.expires <= now || !session.active)
      return undefined;
    const { user } = session;
    if (session.hash === old.hash) {
      const { token, hash } = createRefreshToken(tokens.secret, old.session);
      await rotateSession(tx, old.session, hash, now, now + tokens.refresh);
      return { user, session: old.session, token };
    }
    if (old.genuine || session.previousHash === old.hash) {
      await endSession(tx, user, old.session, now);
      notify({ revoked: [{ user, session: old.session, until: endOfTokens(context.config) }] });
      audit(c, 'session.reused-token', { user, session: old.session });
    }
    return undefined;
  });
}

/**
 * Returns the refresh token in the cookie. Refuses requests from other sites, because browsers send
 * the cookie automatically.
 */
function tokenOfCookie(c: Context<OpenEnv>): string | undefined {
  const token = readSessionCookie(c, 'refresh');
  const origin = c.req.header('origin');
  if (token === undefined || origin === undefined) return token;
  const own = URL.canParse(origin) && new URL(origin).host === c.req.header('host');
  if (!own && !c.var.context.config.origins.includes(origin))
    throw new Refusal('forbidden', 'This origin is not allowed.');
  return token;
}

interface Rotated {
  user: number;
  session: string;
  token: string;
}
