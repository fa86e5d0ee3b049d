/**
 * Tells when a connection is worth a look: the network came back (`moved`), or the page is seen again. Does nothing outside of browsers.
 *
 * @returns a function that ends it
 */
export function watchPage(wake: (moved: boolean) => void): () => void {
  const page = globalThis as Page;
  const { document } = page;
  const ending = new AbortController();
  page.addEventListener?.('online', () => wake(true), ending);
  document?.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake(false), ending);
  return () => ending.abort();
}

type Listen = (name: string, listener: () => void, options: { signal: AbortSignal }) => void;

interface Page {
  document?: { visibilityState: string; addEventListener: Listen };
  addEventListener?: Listen;
}
