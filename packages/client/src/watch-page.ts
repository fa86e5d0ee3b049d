/**
 * Tells when a connection is worth a look: the network came back (`moved`), or the page is seen again. Does nothing outside of browsers.
 *
 * @returns a function that ends it
 */
export function watchPage(wake: (moved: boolean) => void): () => void {
  const page = globalThis as Page;
  const { document } = page;
  if (!document) return () => {};
  const moved = () => wake(true);
  const seen = () => document.visibilityState === 'visible' && wake(false);
  page.addEventListener?.('online', moved);
  document.addEventListener('visibilitychange', seen);
  return () => {
    page.removeEventListener?.('online', moved);
    document.removeEventListener('visibilitychange', seen);
  };
}

type Listen = (name: string, listener: () => void) => void;

interface Page {
  document?: { visibilityState: string; addEventListener: Listen; removeEventListener: Listen };
  addEventListener?: Listen;
  removeEventListener?: Listen;
}
