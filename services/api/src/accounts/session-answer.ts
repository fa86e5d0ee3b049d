import type { Session, User } from '@parley/protocol';
import { signToken } from '@parley/service';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CallerEnv, OpenEnv } from '../app-context.ts';
import type { ApiConfig } from '../config.ts';
import { createDeviceToken } from './secret-token.ts';

/** Builds the response to a sign-in or refresh of a device, with a new access token. */
export function sessionAnswer(config: ApiConfig, user: User, session: string, refreshToken: string): Session {
  const lifetime = Math.ceil(config.tokens.access / 1000);
  return {
    accessToken: signToken(config.tokens.signWith, { user: user.id, session, lifetime }),
    expiresIn: lifetime,
    refreshToken,
    deviceToken: createDeviceToken(config.tokens.secret, user.id, session),
    user,
    gateways: [...config.gatewayUrls],
  };
}

/**
 * Sets the refresh token and the device token as cookies that neither scripts nor other sites can
 * read.
 */
export function setSessionCookies(c: AnyContext, { refreshToken, deviceToken }: Session): void {
  const { tokens } = c.var.context.config;
  const maxAge = Math.floor(tokens.refresh / 1000);
  setCookie(c, nameOf(c, 'refresh'), refreshToken, { ...attributes(c), maxAge });
  // Sets the longest lifetime that browsers accept.
  setCookie(c, nameOf(c, 'device'), deviceToken ?? '', { ...attributes(c), maxAge: 400 * 86_400 });
}

/** Deletes the refresh cookie, but keeps the device cookie. */
export function deleteRefreshCookie(c: AnyContext): void {
  deleteCookie(c, nameOf(c, 'refresh'), attributes(c));
}

/** Returns the token that a session cookie of the request contains. */
export function readSessionCookie(c: AnyContext, which: 'refresh' | 'device'): string | undefined {
  return getCookie(c as Context<OpenEnv>, nameOf(c, which));
}

/**
 * Returns the name of a session cookie. Over HTTPS it begins with `__Host-`: browsers accept such a
 * cookie only from this host, so that no sibling domain can set it.
 */
function nameOf(c: AnyContext, which: 'refresh' | 'device'): string {
  return `${c.var.context.config.cookieSecure ? '__Host-' : ''}parley_${which}`;
}

function attributes(c: AnyContext) {
  const secure = c.var.context.config.cookieSecure;
  // `__Host-` cookies must have the path `/`.
  return { path: secure ? '/' : '/v1/sessions', httpOnly: true, sameSite: 'Strict', secure } as const;
}

type AnyContext = Context<OpenEnv> | Context<CallerEnv>;
