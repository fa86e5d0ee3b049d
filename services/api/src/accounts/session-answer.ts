import type { Session, User } from '@parley/protocol';
import { signToken } from '@parley/service';
import type { Context } from 'hono';
import { deleteCookie, setCookie } from 'hono/cookie';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import type { ApiConfig } from '../config.ts';

/** A session as its device gets it, with a fresh access token. */
export function sessionAnswer(config: ApiConfig, user: User, session: string, refreshToken: string): Session {
  const lifetime = Math.ceil(config.tokens.access / 1000);
  return {
    accessToken: signToken(config.tokens.secret, { user: user.id, session, lifetime }),
    expiresIn: lifetime,
    refreshToken,
    user,
    gateways: [...config.gatewayUrls],
  };
}

/** Hands a refresh token to a browser, out of reach of its scripts and of other sites. */
export function setRefreshCookie(c: AnyContext, refreshToken: string): void {
  const { tokens } = c.var.context.config;
  setCookie(c, refreshCookie, refreshToken, { ...attributes(c), maxAge: Math.floor(tokens.refresh / 1000) });
}

/** Takes it back. */
export function deleteRefreshCookie(c: AnyContext): void {
  deleteCookie(c, refreshCookie, attributes(c));
}

export const refreshCookie = 'parley_refresh';

function attributes(c: AnyContext) {
  return {
    path: '/v1/sessions',
    httpOnly: true,
    sameSite: 'Strict',
    secure: c.var.context.config.cookieSecure,
  } as const;
}

type AnyContext = Context<OpenEnv> | Context<CallerEnv>;
