/**
 * Registers the service worker, which serves the page from a cache without the network and shows
 * push notifications.
 */
export function registerWorker(open: (path: string) => void): void {
  // A new build deletes the old files, so that the page cannot load its remaining parts any more.
  addEventListener('vite:preloadError', (event) => {
    event.preventDefault();
    if (navigator.onLine) location.reload();
  });
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  // Some browsers refuse service workers in private windows. The page works without one.
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (typeof data?.open === 'string') open(data.open);
  });
}
