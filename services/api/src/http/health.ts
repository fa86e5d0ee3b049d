import { type Answer, healthyBody, metricsText, readyBody } from '@parley/service';
import type { AppContext } from '../app-context.ts';
import { askDatabase } from './health-queries.ts';
import type { App } from './operation.ts';

/** Adds `/healthz`, `/readyz` and `/metrics`. Without Redis the api is ready still: what only reads goes on. */
export function addHealth(app: App, { db, redis, metrics }: AppContext): void {
  const ready = async () => {
    const [postgres, cache] = await Promise.allSettled([askDatabase(db), redis.client.ping()]);
    const reasons = [
      ...(postgres.status === 'rejected' ? ['PostgreSQL is away'] : []),
      ...(cache.status === 'rejected' ? ['Redis is away'] : []),
    ];
    return { ok: postgres.status === 'fulfilled', reasons };
  };
  app.get('/healthz', () => toResponse(healthyBody()));
  app.get('/readyz', async () => toResponse(await readyBody(ready)));
  app.get('/metrics', async () => toResponse(await metricsText(metrics)));
}

function toResponse({ status, type, body }: Answer): Response {
  return new Response(body, { status, headers: { 'content-type': type } });
}
