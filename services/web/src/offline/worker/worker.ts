import { openNotified, showPushed } from './pushed.ts';
import { shell } from './shell.ts';

declare const self: ServiceWorkerGlobalScope;

// The page from the cache when the network is away, and notifications when no page is open.
const kept = shell(self);
self.addEventListener('install', (event) => event.waitUntil(kept.fill().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(kept.clean().then(() => self.clients.claim())));
self.addEventListener('fetch', (event) => {
  const answer = kept.answer(event.request);
  if (answer) event.respondWith(answer);
});
self.addEventListener('push', (event) => event.waitUntil(showPushed(self, event.data)));
self.addEventListener('notificationclick', (event) => event.waitUntil(openNotified(self, event.notification)));
