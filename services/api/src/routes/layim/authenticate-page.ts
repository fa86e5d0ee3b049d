import type { MiddlewareHandler } from 'hono';
import type { CallerEnv } from '../../app-context.ts';
import { authenticate } from '../../http/authenticate.ts';

/**
 * Lets pass who brings an access token, also as `?token=`: LayIM is given addresses and sends no header of its own. Such an address is
 * written to the logs of proxies, so it should be made with a token that ends soon.
 */
export const authenticatePage: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const token = c.req.query('token');
  if (token !== undefined && c.req.header('authorization') === undefined)
    c.req.raw.headers.set('authorization', `Bearer ${token}`);
  await authenticate(c, next);
  c.res.headers.set('cache-control', 'no-store');
};
