/** Paths of the files of the page, and the name of this build. The build replaces both. */
declare const __FILES__: string[];
declare const __BUILD__: string;

/** Ms after which a request for the page falls back to the cache. */
const NETWORK_TIMEOUT_MS = 2500;

const NAME = `shell-${__BUILD__}`;

/** Creates the cache of the page's files. */
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
    /** Deletes the caches of earlier builds. */
    clean: async () => {
      for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== NAME) await caches.delete(name);
    },
    /**
     * Returns the response to a request for a file of the page. Undefined for other requests,
     * which go to the network.
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
