import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { addDocs } from './http/docs.ts';
import { addHealth } from './http/health.ts';
import { limitAddress } from './http/limit-rate.ts';
import { observe } from './http/observe.ts';
import { notFound, onError } from './http/on-error.ts';
import { type App, createRouter } from './http/operation.ts';
import { Refusal } from './http/refusal.ts';
import type { Parts } from './parts.ts';
import { operations } from './routes/index.ts';

/** The api as a function from requests to answers; `parts` must be open. */
export function createApp(parts: Parts): App {
  const { origins, limits } = parts.config;
  const app = createRouter();
  app.onError(onError);
  app.notFound(notFound);
  app.use(observe(parts));
  app.use(secureHeaders(headers));
  if (origins.length > 0) app.use(cors(crossOrigin(origins)));
  app.use(bodyLimit({ maxSize: limits.body, onError: refuseBody(limits.body) }));
  app.use('/v1/*', async (c, next) => {
    await next();
    c.res.headers.set('cache-control', 'no-store');
  });
  app.use('/v1/*', limitAddress(parts));
  addHealth(app, parts);
  addDocs(app);
  for (const operation of operations) operation.add(app);
  return app;
}

// HTTPS is up to what stands before the api, and so is demanding it. A page with a policy of its own keeps it.
const headers = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  strictTransportSecurity: false,
  overwrite: false,
};

function crossOrigin(origins: readonly string[]) {
  return {
    origin: [...origins],
    credentials: true,
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'x-request-id'],
    exposeHeaders: ['x-request-id', 'retry-after', 'location'],
    maxAge: 600,
  };
}

function refuseBody(bytes: number) {
  return (): never => {
    throw new Refusal('too-large', `The body may have at most ${bytes} bytes.`);
  };
}
