/**
 * Registers the service worker, which serves the page from a cache without the network and shows
 * push notifications.
 */
export function registerWorker(open: (path: string) => void): void {
  // A rebuild deletes the old files: a part of the page that was not loaded before can no longer be
  // loaded.
  addEventListener('vite:preloadError', (event) => {
    event.preventDefault();
    if (navigator.onLine) location.reload();
  });
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  // Some private windows refuse it; the page works without.
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (typeof data?.open === 'string') open(data.open);
  });
}
