/**
 * Registers the service worker, which serves the page from a cache without the network and shows
 * push notifications.
 */
export function registerWorker(open: (path: string) => void): void {
  // A new build deletes the old files. The page can then no longer load its remaining parts.
  addEventListener('vite:preloadError', (event) => {
    event.preventDefault();
    if (navigator.onLine) location.reload();
  });
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  // Some browsers refuse service workers in private windows. The page works without a service
  // worker.
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (typeof data?.open === 'string') open(data.open);
  });
}
