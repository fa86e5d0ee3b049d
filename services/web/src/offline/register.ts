/** Registers the worker that serves the page from the cache when the network is away, and shows pushed notifications. */
export function registerWorker(open: (path: string) => void): void {
  // What was there before a rebuild is gone: a part of the page that was not loaded yet cannot be any more.
  addEventListener('vite:preloadError', (event) => {
    event.preventDefault();
    if (navigator.onLine) location.reload();
  });
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  // Some private windows refuse it; the page does without.
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (typeof data?.open === 'string') open(data.open);
  });
}
