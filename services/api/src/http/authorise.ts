import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import { audit } from '../accounts/audit.ts';
import type { OpenEnv } from '../app-context.ts';
import { type ApiScope, findKey } from './api-keys.ts';
import { limitRequests } from './limit-rate.ts';
import { Refusal } from './refusal.ts';

/**
 * Requires an API key with the given scope and sets `c.var.key`. Writes one audit log line per
 * request.
 */
export function authorise(scope: ApiScope): MiddlewareHandler<ServerEnv> {
  return async (c, next) => {
    const { context } = c.var;
    const [, given] = /^Bearer ([^\s]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    const key = given === undefined ? undefined : findKey(context.config.apiKeys, given);
    if (key === undefined) {
      audit(c, 'server-api.refused', { reason: 'key' });
      throw new Refusal('unauthenticated', 'A valid API key is required.');
    }
    await limitRequests(c, 'key', key.name);
    c.set('key', key.name);
    if (!key.scopes.has(scope) && !key.scopes.has('admin')) {
      audit(c, 'server-api.refused', { reason: 'scope', scope });
      throw new Refusal('forbidden', `This API key lacks the scope ${scope}.`);
    }
    await next();
    const { method } = c.req;
    audit(c, 'server-api.called', { method, route: routePath(c, -1), status: c.res.status });
  };
}

/** The variables of a server API request. */
export interface ServerEnv {
  Variables: OpenEnv['Variables'] & {
    /** Name of the API key that the request contains. */
    key: string;
  };
}
