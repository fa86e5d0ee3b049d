import { resolve } from 'node:path';
import type { AppContext } from '../app-context.ts';
import type { App } from '../http/operation.ts';
import { WebFiles } from './web-files.ts';

/**
 * If `WEB_ROOT` is set, serves the web client from this folder: the files, and `index.html` at
 * paths such as `/chats/17`. Add it after all other routes, so that the api's routes have priority.
 */
export function addWeb(app: App, { config }: AppContext): void {
  if (config.webRoot === '') return;
  const files = new WebFiles(resolve(config.webRoot));
  const policy = policyFor(config);
  app.get('*', async (c, next) => {
    const { path } = c.req;
    if (path.startsWith('/v1/') || path.startsWith('/layim/')) return next();
    const file = (await files.get(path)) ?? (isPage(path) ? await files.get('/index.html') : undefined);
    if (!file) return next();
    const headers: Record<string, string> = {
      'content-type': file.type,
      'cache-control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': policy,
      etag: file.etag,
      vary: 'Accept-Encoding',
    };
    if (c.req.header('if-none-match') === file.etag) return c.body(null, 304, headers);
    if (!file.gzipped || !/\bgzip\b/.test(c.req.header('accept-encoding') ?? ''))
      return c.body(file.bytes, 200, headers);
    return c.body(file.gzipped, 200, { ...headers, 'content-encoding': 'gzip' });
  });
}

/**
 * Returns whether the page of the web client is served at a path at which there is no file. False
 * for paths with a file extension. Also false for misspelt paths of the api, such as `//v1/me` or
 * `/healthz/`, because the page would be mistaken for a successful response.
 */
function isPage(path: string): boolean {
  return !/\.[^/]*$/.test(path) && !ofServer.test(path);
}

const ofServer = /^\/(?:\/|(?:assets|v1|layim|healthz|readyz|metrics|docs)(?:\/|$))/i;

/**
 * Returns the content security policy of the page. It allows only this host, the gateways, and
 * avatars from `AVATAR_HOSTS`.
 */
function policyFor({ gatewayUrls, avatarHosts }: AppContext['config']): string {
  const avatars = avatarHosts.map((host) => (host === '*' ? 'https:' : `https://${host}`));
  const origins = gatewayUrls.flatMap((url) => {
    const { origin } = new URL(url);
    return [origin, origin.replace(/^http/, 'ws')];
  });
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    ["img-src 'self' data: blob:", ...avatars].join(' '),
    "media-src 'self' blob:",
    "font-src 'self'",
    `connect-src 'self' ${[...new Set(origins)].join(' ')}`,
    "manifest-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');
}
