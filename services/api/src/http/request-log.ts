import { randomUUID } from 'node:crypto';
import { Histogram } from '@parley/service';
import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { AppContext, OpenEnv } from '../app-context.ts';

/**
 * Assigns each request an id (the client's, if it is valid) and sends the id in the response.
 * Measures the response time and logs it with the route. Does not log the path, because some paths
 * contain a secret, nor the query or body.
 */
export function requestLog(context: AppContext): MiddlewareHandler<OpenEnv> {
  const seconds = new Histogram({
    name: 'parley_api_request_seconds',
    help: 'Duration of requests, from arrival to response.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [context.metrics],
  });
  return async (c, next) => {
    const started = performance.now();
    const given = c.req.header('x-request-id') ?? '';
    const requestId = /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    c.set('context', context);
    c.set('requestId', requestId);
    await next();
    c.header('x-request-id', requestId);
    const took = performance.now() - started;
    const { method } = c.req;
    const { status } = c.res;
    const route = routePath(c, -1);
    seconds.observe({ method, route, status }, took / 1000);
    context.log.debug({ requestId, method, route, status, ms: Math.round(took) }, 'responded');
  };
}
