import { openNotified, showPushed } from './pushed.ts';
import { shell } from './shell.ts';

declare const self: ServiceWorkerGlobalScope;

const files = shell(self);
self.addEventListener('install', (event) => event.waitUntil(files.fill().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(files.clean().then(() => self.clients.claim())));
self.addEventListener('fetch', (event) => {
  const response = files.respond(event.request);
  if (response) event.respondWith(response);
});
self.addEventListener('push', (event) => event.waitUntil(showPushed(self, event.data)));
self.addEventListener('notificationclick', (event) => event.waitUntil(openNotified(self, event.notification)));
