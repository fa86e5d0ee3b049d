import { pingRedis } from '@parley/redis';
import { type Answer, checkServers, healthyBody, metricsText, readyBody } from '@parley/service';
import type { AppContext } from '../app-context.ts';
import { pingDatabase } from './health-queries.ts';
import type { App } from './operation.ts';

/**
 * Adds `/healthz`, `/readyz` and `/metrics`. `/readyz` lists Redis or PostgreSQL if unavailable,
 * but the api stays ready: otherwise the load balancer would remove all replicas at once, and
 * clients would not receive the api's 503 with `Retry-After`. The api is not ready while Redis and
 * PostgreSQL do not belong together.
 */
export function addHealth(app: App, { db, redis, metrics, stores }: AppContext): void {
  const ready = async () => {
    const reasons = await checkServers({ PostgreSQL: () => pingDatabase(db), Redis: () => pingRedis(redis.client) });
    return stores.reason === undefined ? { ok: true, reasons } : { ok: false, reasons: [stores.reason, ...reasons] };
  };
  app.get('/healthz', () => toResponse(healthyBody()));
  app.get('/readyz', async () => toResponse(await readyBody(ready)));
  app.get('/metrics', async () => toResponse(await metricsText(metrics)));
}

function toResponse({ status, type, body }: Answer): Response {
  return new Response(body, { status, headers: { 'content-type': type } });
}
