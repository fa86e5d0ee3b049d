/** What the page is made of, by their paths, and the name of this build; put in by the build. */
declare const __FILES__: string[];
declare const __BUILD__: string;

/** Ms after which a network that does not answer counts as away. */
const PATIENCE = 2500;

const NAME = `shell-${__BUILD__}`;

/** The files of the page, kept in a cache. */
export function shell({ caches, location }: ServiceWorkerGlobalScope) {
  const page = async (request: Request): Promise<Response> => {
    const keptPage = async () => (await caches.match('/index.html')) ?? Response.error();
    try {
      const late = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error('The network is silent')), PATIENCE),
      );
      const answer = await Promise.race([fetch(request), late]);
      return answer.ok || answer.type === 'opaqueredirect' ? answer : await keptPage();
    } catch {
      return keptPage();
    }
  };
  return {
    fill: async () => {
      const cache = await caches.open(NAME);
      await cache.addAll(
        __FILES__.map((path) => new Request(path, { cache: path.startsWith('/assets/') ? 'default' : 'reload' })),
      );
    },
    /** Removes what earlier builds kept. */
    clean: async () => {
      for (const name of await caches.keys()) if (name.startsWith('shell-') && name !== NAME) await caches.delete(name);
    },
    /** The answer to a request for a part of the page; undefined for all others, which go to the network. */
    answer: (request: Request): Promise<Response> | undefined => {
      const { origin, pathname } = new URL(request.url);
      if (request.method !== 'GET' || origin !== location.origin) return undefined;
      if (request.mode === 'navigate') return /^\/(v1|docs|layim|openapi)/.test(pathname) ? undefined : page(request);
      if (!__FILES__.includes(pathname)) return undefined;
      return caches.match(pathname).then((found) => found ?? fetch(request));
    },
  };
}
