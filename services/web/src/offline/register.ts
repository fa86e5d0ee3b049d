/**
 * Registers the service worker. It serves the page from a cache when there is no network, and shows
 * push notifications.
 */
export function registerWorker(open: (path: string) => void): void {
  // Reloads the page if one of its files cannot be loaded, because a new build has deleted the old
  // files.
  addEventListener('vite:preloadError', (event) => {
    event.preventDefault();
    if (navigator.onLine) location.reload();
  });
  if (import.meta.env.DEV || !('serviceWorker' in navigator)) return;
  // Ignores the error if the browser refuses service workers, as some do in private windows. The
  // page works without one.
  navigator.serviceWorker.register('/sw.js').catch(() => {});
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (typeof data?.open === 'string') open(data.open);
  });
}
