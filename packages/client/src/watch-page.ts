/**
 * Calls `wake` when the network is available again (`networkChanged`) or when the page becomes
 * visible. No-op outside of browsers.
 *
 * @returns a function that removes the listeners
 */
export function watchPage(wake: (networkChanged: boolean) => void): () => void {
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
