/**
 * `__FILES__`: paths of the page's files. `__BUILD__`: name of this build. The build replaces both
 * by their values.
 */
declare const __FILES__: string[];
declare const __BUILD__: string;

/** Ms without a response after which the service worker serves the page from the cache. */
const NETWORK_TIMEOUT_MS = 2500;

const NAME = `shell-${__BUILD__}`;

/**
 * Returns the functions of the service worker that fill, clean and read the cache of the page's
 * files.
 */
export function shell({ caches, location }: ServiceWorkerGlobalScope) {
  const page = async (request: Request): Promise<Response> => {
    const cachedPage = async () => (await caches.match('/index.html')) ?? Response.error();
    try {
      const timeout = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error('No response')), NETWORK_TIMEOUT_MS),
      );
      const response = await Promise.race([fetch(request), timeout]);
      return response.ok || response.type === 'opaqueredirect' ? response : await cachedPage();
    } catch {
      return cachedPage();
    }
  };
  return {
    fill: async () => {
      const cache = await caches.open(NAME);
      await cache.addAll(
        __FILES__.map((path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' })),
      );
    },
    /** Deletes the caches that earlier builds created. */
    clean: async () => {
      for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== NAME) await caches.delete(name);
    },
    /**
     * Returns the response to a request for one of the page's files. Undefined for all other
     * requests, which then go to the network.
     */
    respond: (request: Request): Promise<Response> | undefined => {
      const { origin, pathname } = new URL(request.url);
      if (request.method !== 'GET' || origin !== location.origin) return undefined;
      if (request.mode === 'navigate') return /^\/(v1|docs|layim|openapi)/.test(pathname) ? undefined : page(request);
      if (!__FILES__.includes(pathname)) return undefined;
      return caches.match(pathname).then((found) => found ?? fetch(request));
    },
  };
}
