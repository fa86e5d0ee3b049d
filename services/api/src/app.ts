import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { AppContext } from './app-context.ts';
import { Bodies } from './http/bodies.ts';
import { addDocs } from './http/docs.ts';
import { drainBody } from './http/drain-body.ts';
import { addHealth } from './http/health.ts';
import { limitConcurrency } from './http/limit-concurrency.ts';
import { limitAddress, rateLimitHeaders } from './http/limit-rate.ts';
import { notFound, onError } from './http/on-error.ts';
import { type App, createRouter } from './http/operation.ts';
import { Refusal } from './http/refusal.ts';
import { requestLog } from './http/request-log.ts';
import { requireMatchingStores } from './http/require-matching-stores.ts';
import { operations } from './routes/index.ts';
import { addWeb } from './web/add-web.ts';

/**
 * Creates the api as a function that maps a request to a response. The connections in `context`
 * must be open.
 */
export function createApp(context: AppContext): App {
  const { origins, limits } = context.config;
  const app = createRouter();
  app.onError(onError);
  app.notFound(notFound(app));
  app.use(drainBody);
  app.use(requestLog(context));
  // Sends HSTS with a lifetime of one year, but only if `COOKIE_SECURE` shows that clients use
  // HTTPS.
  const strictTransportSecurity = context.config.cookieSecure && 'max-age=31536000';
  app.use(secureHeaders({ ...headers, strictTransportSecurity }));
  app.use(refuseOddHost);
  if (origins.length > 0) app.use(allowOrigins(origins));
  const limitBody = bodyLimit({ maxSize: limits.body, onError: refuseBody(limits.body) });
  app.use((c, next) => (takesUpload(c.req.path) ? next() : limitBody(c, next)));
  app.use('/v1/*', async (c, next) => {
    await next();
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store');
  });
  app.use(rateLimitHeaders);
  const bodies = new Bodies(limits);
  const limitWork = limitConcurrency(context.metrics, limits.concurrency, takesUpload, bodies);
  for (const paths of ['/v1/*', '/layim/*']) {
    app.use(paths, limitWork);
    app.use(paths, limitAddress);
  }
  for (const paths of ['/v1/*', '/layim/*']) app.use(paths, requireMatchingStores(context));
  app.use('/v1/*', refuseOddEscape);
  for (const paths of ['/v1/*', '/layim/*']) app.use(paths, refuseEncodedBody);
  addHealth(app, context);
  addDocs(app, context.config);
  for (const operation of operations) operation.add(app);
  addWeb(app, context);
  return app;
}

// A page with its own policy keeps it.
const headers = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  overwrite: false,
};

/**
 * Adds the headers of CORS, and replies to preflight requests. Other OPTIONS requests are left to
 * tus.
 */
function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  const allow = cors(crossOrigin(origins));
  const isPlainOptions = ({ method, headers }: Request) =>
    method === 'OPTIONS' && !headers.has('access-control-request-method');
  return (c, next) => (isPlainOptions(c.req.raw) ? next() : allow(c, next));
}

function crossOrigin(origins: readonly string[]) {
  return {
    origin: [...origins],
    credentials: true,
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: ['authorization', 'content-type', 'x-request-id', 'range', 'if-range', 'if-none-match', ...tusAsks],
    exposeHeaders: [...exposed, ...tusTells],
    maxAge: 600,
  };
}

const exposed = [
  ...['x-request-id', 'retry-after', 'location', 'allow', 'content-range', 'content-disposition'],
  ...['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'],
];
const tusAsks = ['tus-resumable', 'upload-length', 'upload-metadata', 'upload-offset'];
const tusTells = ['tus-resumable', 'tus-version', 'upload-offset', 'upload-length', 'upload-expires'];

/**
 * Refuses malformed escapes such as `%ff` in a path, which the framework would otherwise pass to
 * handlers as the literal string `%ff`.
 */
const refuseOddEscape: MiddlewareHandler = async (c, next) => {
  if (!isDecodable(c.req.url)) throw new Refusal('bad-request', 'The address has a malformed percent-encoding.');
  await next();
};

/**
 * Refuses compressed request bodies, which a handler would otherwise parse as JSON or store as a
 * file without decompressing them.
 */
const refuseEncodedBody: MiddlewareHandler = async (c, next) => {
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new Refusal('bad-request', 'Send the body without Content-Encoding. Compressed bodies are not supported.');
  }
  await next();
};

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url);
    return true;
  } catch {
    return false;
  }
}

/**
 * Refuses a `Host` header that is not a valid address, for which the framework would otherwise
 * respond with 500.
 */
const refuseOddHost: MiddlewareHandler = async (c, next) => {
  if (!URL.canParse(c.req.url)) throw new Refusal('bad-request', 'The Host header is not a valid host.');
  await next();
};

/**
 * Returns whether requests to this path upload media or import history. Such routes limit the size
 * of their bodies themselves.
 */
function takesUpload(path: string): boolean {
  return (
    path === '/v1/media' ||
    path === '/v1/server/imports' ||
    path.startsWith('/v1/media/uploads/') ||
    path.startsWith('/layim/upload/')
  );
}

function refuseBody(bytes: number) {
  return (): never => {
    throw new Refusal('too-large', `The body may have at most ${bytes} bytes.`);
  };
}
