/**
 * Shows a push as a notification. No-op while a page is visible, because that page shows the
 * message itself.
 */
export async function showPushed(self: ServiceWorkerGlobalScope, data: PushMessageData | null): Promise<void> {
  const pushed = read(data);
  const pages = await self.clients.matchAll({ type: 'window' });
  if (!pushed || pages.some(({ visibilityState }) => visibilityState === 'visible')) return;
  const { chat, title, text, badge } = pushed;
  if (badge !== undefined && 'setAppBadge' in self.navigator) self.navigator.setAppBadge(badge).catch(() => {});
  await self.registration.showNotification(title, {
    body: text,
    tag: `chat-${chat}`,
    icon: '/icon-192.png',
    badge: '/badge.png',
    data: { path: `/chats/${chat}` },
  });
}

/** Opens the chat of a notification that the user clicked, in an open page if there is one. */
export async function openNotified(self: ServiceWorkerGlobalScope, notification: Notification): Promise<void> {
  notification.close();
  const path: unknown = notification.data?.path;
  if (typeof path !== 'string' || !path.startsWith('/') || path.startsWith('//')) return;
  const [page] = await self.clients.matchAll({ type: 'window' });
  if (!page) {
    await self.clients.openWindow(path);
    return;
  }
  page.postMessage({ open: path });
  await page.focus();
}

function read(data: PushMessageData | null): Pushed | undefined {
  try {
    const { chat, title, text, badge } = data?.json() ?? {};
    return Number.isSafeInteger(chat) && typeof title === 'string' && typeof text === 'string'
      ? { chat, title, text, badge: Number.isSafeInteger(badge) ? badge : undefined }
      : undefined;
  } catch {
    return undefined;
  }
}

interface Pushed {
  chat: number;
  title: string;
  text: string;
  /** Number of unread messages in all chats together. */
  badge: number | undefined;
}
