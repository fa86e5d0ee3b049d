import type { MiddlewareHandler } from 'hono';
import type { CallerEnv } from '../../app-context.ts';
import { authenticate } from '../../http/authenticate.ts';

/**
 * Requires an access token. `?token=` can contain it, because LayIM sends no headers. Proxies log
 * such a URL, so use a token that expires soon.
 */
export const authenticatePage: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const token = c.req.query('token');
  if (token !== undefined && c.req.header('authorization') === undefined)
    c.req.raw.headers.set('authorization', `Bearer ${token}`);
  await authenticate(c, next);
  c.res.headers.set('cache-control', 'no-store');
};
